-- What a definition says of a limit is what its clock does.
{{ config(meta={'dagster': {'ref': {'name': 'metric_definition'}}}) }}
select
    definition.metric_id,
    definition.threshold_days,
    rule.limit_days
from {{ ref('metric_definition') }} as definition
left join {{ ref('clock_rule') }} as rule on definition.clock_id = rule.clock_id
where
    definition.clock_id is not null
    and (rule.clock_id is null or definition.threshold_days <> rule.limit_days)
