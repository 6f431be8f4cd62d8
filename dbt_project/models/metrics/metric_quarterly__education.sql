{{ dress_metric(ref('metric_family__education'), 'education') }}
