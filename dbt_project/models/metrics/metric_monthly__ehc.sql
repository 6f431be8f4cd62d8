{{ dress_monthly(ref('metric_family_monthly__ehc'), 'ehc') }}
