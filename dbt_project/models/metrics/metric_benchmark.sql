with parameter as (
    select
        run.quarter_end,
        method.value as least_neighbours
    from {{ ref('stg_submission__run_parameter') }} as run
    cross join {{ ref('method_parameter') }} as method
    where method.parameter_id = 'benchmark_least_neighbours'
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

-- The newest period published of England that was over by the quarter's end; region and neighbours are read at the same
-- one.
newest as (
    select
        metric_id,
        max(period_end) as period_end
    from published
    where area_code = 'E92000001'
    group by metric_id
),

at_newest as (
    select
        published.metric_id,
        published.area_code,
        published.period,
        cast(published.value as double precision) as value
    from published
    inner join newest on published.metric_id = newest.metric_id and published.period_end = newest.period_end
)

select
    england.metric_id,
    area.area_id,
    england.value as england_value,
    cast(
        case when neighbour.neighbour_count >= parameter.least_neighbours then neighbour.value end as double precision
    ) as neighbours_value,
    -- The publisher's own row of the region: it knows of authorities that it does not tell of one by one.
    region.value as region_value,
    england.period as benchmark_period
from at_newest as england
cross join {{ ref('area') }} as area
cross join parameter
left join {{ ref('int_benchmark__neighbour') }} as neighbour
    on
        england.metric_id = neighbour.metric_id
        and england.period = neighbour.period
        and area.area_code = neighbour.area_code
left join at_newest as region on england.metric_id = region.metric_id and area.region_code = region.area_code
where england.area_code = 'E92000001'
