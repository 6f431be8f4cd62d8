-- A share of open clocks is a share of the children of the waiting list, in every month of its year.
{{ config(meta={'dagster': {'ref': {'name': 'mart_waiting_list'}}}) }}
select
    metric.metric_id,
    metric.area_id,
    metric.month,
    metric.denominator,
    list.child_count
from {{ ref('metric_family_monthly__waits') }} as metric
inner join {{ ref('metric_definition') }} as definition
    on metric.metric_id = definition.metric_id and definition.measure = 'share of open clocks'
inner join {{ ref('int_reference__month') }} as calendar on metric.month = calendar.month
left join {{ ref('mart_waiting_list') }} as list
    on
        definition.clock_id = list.clock_id
        and metric.area_id = list.area_id
        and metric.month = list.period
        and list.provider_id = 'Total'
        and list.state = 'waiting'
        and list.band = 'total'
where coalesce(metric.denominator <> list.child_count, list.clock_id is null)
