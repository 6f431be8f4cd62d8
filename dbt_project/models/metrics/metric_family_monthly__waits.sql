-- The state of each clock on the last day of each month, from its own dates: the same rule as at the quarter's end.
with waiting as (
    select
        clock.clock_id,
        member.area_id,
        calendar.month,
        clock.person_key,
        max(case when calendar.month_end > clock.due_date then 1 else 0 end) as is_over_limit
    from {{ ref('fct_clock__pathway') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    inner join {{ ref('int_reference__month') }} as calendar
        on
            clock.start_date <= calendar.month_end
            and coalesce(clock.stop_date > calendar.month_end, true)
            and coalesce(clock.end_date > calendar.month_end, true)
    where clock.is_counted
    group by clock.clock_id, member.area_id, calendar.month, clock.person_key
),

snapshot as (
    select
        clock_id,
        area_id,
        month,
        sum(is_over_limit) as over_limit_count,
        count(*) as child_count
    from waiting
    group by clock_id, area_id, month
)

select
    series.metric_id,
    snapshot.area_id,
    snapshot.month,
    series.time_window,
    series.service,
    series.tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(snapshot.over_limit_count as double) as numerator,
    cast(snapshot.child_count as double) as denominator,
    {{ pct('snapshot.over_limit_count', 'snapshot.child_count') }} as value
from snapshot
inner join {{ ref('metric_definition') }} as definition on snapshot.clock_id = definition.clock_id
inner join {{ ref('metric_series') }} as series
    on definition.metric_id = series.metric_id and series.grain = 'monthly'
where definition.measure = 'share of open clocks'
