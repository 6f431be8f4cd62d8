{{ dress_metric(ref('metric_family__ehc'), 'ehc') }}
