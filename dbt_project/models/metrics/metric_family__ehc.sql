with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end,
        as_of
    from {{ ref('stg_submission__run_parameter') }}
),

clock as (
    select
        member.area_id,
        clock.clock_id,
        clock.stop_date,
        clock.end_date,
        clock.due_date,
        clock.status,
        clock.wait_days,
        clock.is_over_limit
    from {{ ref('fct_clock__ehc') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    where clock.is_counted
),

reporting_window as (
    select
        'quarter' as time_window,
        quarter_start as first_day,
        quarter_end as last_day
    from parameter
    union all
    select
        'calendar_ytd' as time_window,
        {{ year_start('quarter_end') }} as first_day,
        quarter_end as last_day
    from parameter
),

completed as (
    select
        clock.area_id,
        clock.clock_id,
        reporting_window.time_window,
        count(*) as completed_count,
        sum(case when clock.is_over_limit then 0 else 1 end) as within_limit_count,
        {{ weeks(percentile('clock.wait_days', 0.5)) }} as median_weeks
    from clock
    inner join reporting_window
        on clock.stop_date >= reporting_window.first_day and clock.stop_date <= reporting_window.last_day
    where clock.status = 'stopped'
    group by clock.area_id, clock.clock_id, reporting_window.time_window
),

-- Done or not, what fell due in the quarter; what ended by its day did not fall due.
due as (
    select
        clock.area_id,
        clock.clock_id,
        reporting_window.time_window,
        count(*) as due_count,
        {{ count_if("clock.status = 'stopped' and not clock.is_over_limit") }} as kept_count
    from clock
    inner join reporting_window
        on clock.due_date >= reporting_window.first_day and clock.due_date <= reporting_window.last_day
    where not (clock.status = 'ended' and clock.end_date <= clock.due_date)
    group by clock.area_id, clock.clock_id, reporting_window.time_window
),

overdue as (
    select
        area_id,
        sum(case when is_over_limit then 1 else 0 end) as over_limit_count
    from clock
    where status = 'open' and clock_id = 'ehc_plan_20w_inc'
    group by area_id
),

caseload as (
    select
        member.area_id,
        count(distinct plan.person_key) as child_count
    from {{ ref('int_ehc__plan') }} as plan
    inner join {{ ref('int_reference__area_member') }} as member on plan.area_id = member.member_area_id
    left join {{ ref('dim_person') }} as person on plan.person_key = person.person_key
    where plan.is_in_force and not coalesce(person.is_deceased, false)
    group by member.area_id
),

measured as (
    select
        definition.metric_id,
        completed.area_id,
        completed.time_window,
        cast(completed.within_limit_count as double) as numerator,
        cast(completed.completed_count as double) as denominator,
        {{ pct('completed.within_limit_count', 'completed.completed_count') }} as value
    from completed
    inner join {{ ref('metric_definition') }} as definition on completed.clock_id = definition.clock_id
    where definition.measure = 'share of completed clocks'
    union all
    select
        definition.metric_id,
        due.area_id,
        due.time_window,
        cast(due.kept_count as double) as numerator,
        cast(due.due_count as double) as denominator,
        {{ pct('due.kept_count', 'due.due_count') }} as value
    from due
    inner join {{ ref('metric_definition') }} as definition on due.clock_id = definition.clock_id
    where definition.measure = 'share of clocks falling due'
    union all
    select
        definition.metric_id,
        completed.area_id,
        completed.time_window,
        cast(null as double) as numerator,
        cast(completed.completed_count as double) as denominator,
        -- No percentile of fewer than ten (rules 7.2).
        case when completed.completed_count >= 10 then completed.median_weeks end as value
    from completed
    inner join {{ ref('metric_definition') }} as definition on completed.clock_id = definition.clock_id
    where definition.measure = 'median of completed clocks'
    union all
    select
        'ehc_open_over_20w_count' as metric_id,
        area_id,
        'snapshot' as time_window,
        cast(over_limit_count as double) as numerator,
        cast(null as double) as denominator,
        cast(over_limit_count as double) as value
    from overdue
    union all
    select
        'ehcp_caseload' as metric_id,
        area_id,
        'snapshot' as time_window,
        cast(child_count as double) as numerator,
        cast(null as double) as denominator,
        cast(child_count as double) as value
    from caseload
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
