with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
),

published as (
    select
        benchmark.metric_id,
        benchmark.area_code,
        benchmark.period,
        benchmark.period_end,
        benchmark.numerator,
        benchmark.denominator,
        benchmark.unit,
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
),

authority as (
    select
        area_code,
        region_code,
        valid_from,
        valid_to
    from {{ ref('local_authority') }}
    where geographic_level = 'Local authority' and area_code = current_area_code
),

region as (
    select
        newest.metric_id,
        authority.region_code,
        published.unit,
        sum(count(*)) over (partition by newest.metric_id, authority.region_code) as authority_count,
        count(published.numerator) as known_count,
        sum(published.numerator) as numerator,
        sum(published.denominator) as denominator
    from newest
    inner join authority
        on
            coalesce(newest.period_end >= authority.valid_from, true)
            and coalesce(newest.period_end <= authority.valid_to, true)
    left join published
        on
            newest.metric_id = published.metric_id
            and newest.period_end = published.period_end
            and authority.area_code = published.area_code
    group by newest.metric_id, authority.region_code, published.unit
)

select
    england.metric_id,
    area.area_id,
    cast(england.england_value as double precision) as england_value,
    cast(neighbour.value as double precision) as neighbours_value,
    -- The authorities together; a region of which one is not told is not known.
    cast(
        case
            when region.known_count < region.authority_count then null
            when region.unit = 'count' then region.numerator
            else round({{ pct('region.numerator', 'region.denominator') }}, 1)
        end as double precision
    ) as region_value,
    england.period as benchmark_period
from england
cross join {{ ref('area') }} as area
left join {{ ref('int_benchmark__neighbour') }} as neighbour
    on
        england.metric_id = neighbour.metric_id
        and england.period = neighbour.period
        and area.area_code = neighbour.area_code
left join region
    on england.metric_id = region.metric_id and area.region_code = region.region_code and region.unit is not null
