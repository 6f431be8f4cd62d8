{{ dress_metric(ref('metric_family__register'), 'register') }}
