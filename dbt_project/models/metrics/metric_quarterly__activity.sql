{{ dress_metric(ref('metric_family__activity'), 'activity') }}
