with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

clock as (
    select
        member.area_id,
        clock.clock_id,
        clock.person_key,
        clock.stop_date,
        clock.status,
        clock.wait_days,
        clock.is_over_limit
    from {{ ref('fct_clock__pathway') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    where clock.is_counted
),

-- The seed counts children, not pathways: one row per child and clock, the longest open one.
waiting as (
    select
        area_id,
        clock_id,
        person_key,
        max(case when is_over_limit then 1 else 0 end) as is_over_limit
    from clock
    where status = 'open'
    group by area_id, clock_id, person_key
),

snapshot as (
    select
        area_id,
        clock_id,
        sum(is_over_limit) as over_limit_count,
        count(*) as child_count
    from waiting
    group by area_id, clock_id
),

completed as (
    select
        clock.area_id,
        clock.clock_id,
        -- Whole days are added, then turned into weeks: a sum of fractions depends on its order.
        {{ weeks('sum(clock.wait_days)') }} as total_weeks,
        count(*) as completed_count
    from clock
    inner join parameter on clock.stop_date >= parameter.quarter_start and clock.stop_date <= parameter.quarter_end
    where clock.status = 'stopped'
    group by clock.area_id, clock.clock_id
),

measured as (
    select
        definition.metric_id,
        snapshot.area_id,
        'snapshot' as time_window,
        cast(snapshot.over_limit_count as double) as numerator,
        cast(snapshot.child_count as double) as denominator,
        {{ pct('snapshot.over_limit_count', 'snapshot.child_count') }} as value
    from snapshot
    inner join {{ ref('metric_definition') }} as definition on snapshot.clock_id = definition.clock_id
    where definition.measure = 'share of open clocks'
    union all
    select
        definition.metric_id,
        completed.area_id,
        'quarter' as time_window,
        completed.total_weeks as numerator,
        cast(completed.completed_count as double) as denominator,
        {{ safe_divide('completed.total_weeks', 'completed.completed_count') }} as value
    from completed
    inner join {{ ref('metric_definition') }} as definition on completed.clock_id = definition.clock_id
    where definition.measure = 'mean of completed clocks'
)

select
    measured.metric_id,
    measured.area_id,
    parameter.quarter,
    measured.time_window,
    series.service,
    series.tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    measured.numerator,
    measured.denominator,
    measured.value
from measured
inner join {{ ref('metric_series') }} as series
    on
        measured.metric_id = series.metric_id
        and measured.time_window = series.time_window
        and series.grain = 'quarterly'
cross join parameter
