-- A family of persons makes what metric_measure has, and breaks it down by what metric_breakdown asks for.
{{ config(meta={'dagster': {'ref': {'name': 'metric_definition'}}}) }}
with asked as (
    select
        metric_id,
        {{ join_text('breakdown_topic', '|') }} as topics
    from {{ ref('metric_breakdown') }}
    group by metric_id
)

select
    definition.metric_id,
    definition.measure,
    definition.breakdowns,
    asked.topics
from {{ ref('metric_definition') }} as definition
left join {{ ref('metric_measure') }} as measure on definition.measure = measure.measure
left join asked on definition.metric_id = asked.metric_id
where
    definition.metric_class = 'P'
    and (
        measure.measure is null
        or length(definition.breakdowns) <> length('Total' || coalesce('|' || asked.topics, ''))
    )
