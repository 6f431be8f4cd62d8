with completed as (
    select
        clock.clock_id,
        member.area_id,
        calendar.month,
        count(*) as completed_count,
        sum(case when clock.is_over_limit then 0 else 1 end) as within_limit_count
    from {{ ref('fct_clock__ehc') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    inner join {{ ref('int_reference__month') }} as calendar
        on clock.stop_date >= calendar.month_start and clock.stop_date <= calendar.month_end
    where clock.is_counted and clock.status = 'stopped'
    group by clock.clock_id, member.area_id, calendar.month
)

select
    series.metric_id,
    completed.area_id,
    completed.month,
    series.time_window,
    series.service,
    series.tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(completed.within_limit_count as double) as numerator,
    cast(completed.completed_count as double) as denominator,
    {{ pct('completed.within_limit_count', 'completed.completed_count') }} as value
from completed
inner join {{ ref('metric_definition') }} as definition on completed.clock_id = definition.clock_id
inner join {{ ref('metric_series') }} as series
    on definition.metric_id = series.metric_id and series.grain = 'monthly'
where definition.measure = 'share of completed clocks'
