{{ dress_metric(ref('metric_family__waits'), 'waits') }}
