with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
),

published as (
    select
        benchmark.metric_id,
        benchmark.area_code,
        benchmark.period,
        benchmark.period_end,
        benchmark.value
    from {{ ref('mart_benchmark') }} as benchmark
    inner join parameter on benchmark.period_end <= parameter.quarter_end
    where benchmark.metric_id is not null and benchmark.breakdown_topic = 'Total' and benchmark.value is not null
),

-- The newest published period that was over by the quarter's end; the neighbours are read at the same one.
newest as (
    select
        metric_id,
        max(period_end) as period_end
    from published
    where area_code = 'E92000001'
    group by metric_id
),

england as (
    select
        published.metric_id,
        published.period,
        max(published.value) as england_value
    from published
    inner join newest on published.metric_id = newest.metric_id and published.period_end = newest.period_end
    where published.area_code = 'E92000001'
    group by published.metric_id, published.period
)

select
    england.metric_id,
    area.area_id,
    cast(england.england_value as double precision) as england_value,
    cast(neighbour.value as double precision) as neighbours_value,
    england.period as benchmark_period
from england
cross join {{ ref('area') }} as area
left join {{ ref('int_benchmark__neighbour') }} as neighbour
    on
        england.metric_id = neighbour.metric_id
        and england.period = neighbour.period
        and area.area_code = neighbour.area_code
