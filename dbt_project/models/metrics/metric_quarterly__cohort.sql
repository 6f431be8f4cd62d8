{{ dress_metric(ref('metric_family__cohort'), 'cohort') }}
