{{ dress_metric(ref('metric_family__pathway'), 'pathway') }}
