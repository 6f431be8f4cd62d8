{{ dress_metric(ref('metric_family__returns'), 'returns') }}
