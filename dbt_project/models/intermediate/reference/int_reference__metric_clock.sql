-- A definition may name several clocks, as therapies do; a series of one service reads the clocks of that service.
with rule as (
    select distinct
        clock_id,
        pathway,
        service
    from {{ ref('clock_rule') }}
)

select
    definition.metric_id,
    definition.family,
    rule.clock_id,
    measure.picks,
    measure.part,
    measure.statistic,
    measure.counts,
    measure.per,
    series.grain,
    series.time_window,
    series.service,
    series.tier
from {{ ref('metric_definition') }} as definition
inner join {{ ref('metric_measure') }} as measure on definition.measure = measure.measure
inner join rule
    on {{ in_pipe_list('rule.clock_id', 'definition.clock_id') }}
inner join {{ ref('metric_series') }} as series
    on
        definition.metric_id = series.metric_id
        and series.service in ('Total', rule.pathway, rule.service)
