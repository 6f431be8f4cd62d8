-- What a definition says of a limit is what its clock does.
{{ config(meta={'dagster': {'ref': {'name': 'metric_definition'}}}) }}
select
    definition.metric_id,
    definition.clock_id,
    definition.threshold_days,
    max(rule.limit_days) as limit_days
from {{ ref('metric_definition') }} as definition
left join {{ ref('clock_rule') }} as rule on {{ in_pipe_list('rule.clock_id', 'definition.clock_id') }}
where definition.clock_id is not null
group by definition.metric_id, definition.clock_id, definition.threshold_days
having
    count(distinct rule.clock_id) <> length(definition.clock_id) - length(replace(definition.clock_id, '|', '')) + 1
    or (definition.threshold_days is not null and max(coalesce(rule.limit_days, 0)) <> definition.threshold_days)
