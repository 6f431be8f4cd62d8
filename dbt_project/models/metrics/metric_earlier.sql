-- What a figure was before: at the end of the quarter before, and on the day on which its target was due, where that
-- day lies within the quarter. Reckoned anew from the clocks and months that this quarter's submissions tell of.
with parameter as (
    select
        quarter_start,
        quarter_end,
        {{ add_days('quarter_start', -1) }} as previous_end,
        {{ add_months('quarter_start', -3) }} as previous_start
    from {{ ref('stg_submission__run_parameter') }}
),

due as (
    select distinct
        target.metric_id,
        target.area_id,
        target.time_window,
        target.target_due_date
    from {{ ref('metric_target') }} as target
    inner join parameter
        on target.target_due_date >= parameter.quarter_start and target.target_due_date <= parameter.quarter_end
    where target.target_type = 'absolute'
),

series as (
    select
        series.metric_id,
        series.area_id,
        series.time_window,
        series.service,
        series.tier,
        definition.clock_id,
        definition.measure
    from {{ ref('int_reference__metric_series') }} as series
    inner join {{ ref('metric_definition') }} as definition
        on series.metric_id = definition.metric_id and series.metric_version = definition.metric_version
    where series.grain = 'quarterly'
),

period as (
    select
        series.*,
        'previous' as as_at,
        case
            when series.time_window = 'calendar_ytd' then {{ year_start('parameter.previous_end') }}
            else parameter.previous_start
        end as first_day,
        parameter.previous_end as last_day
    from series
    cross join parameter
    union all
    select
        series.*,
        'due' as as_at,
        {{ year_start('due.target_due_date') }} as first_day,
        due.target_due_date as last_day
    from series
    inner join due
        on
            series.metric_id = due.metric_id
            and series.area_id = due.area_id
            and series.time_window = due.time_window
    where series.time_window in ('calendar_ytd', 'snapshot')
),

clock as (
    select
        member.area_id,
        clock.clock_id,
        clock.status,
        clock.is_over_limit,
        clock.stop_date,
        clock.end_date,
        clock.due_date
    from {{ ref('fct_clock__ehc') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    where clock.is_counted
),

completed as (
    select
        {{ keys_of('period', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at', 'last_day']) }},
        {{ count_if('not clock.is_over_limit') }} as numerator,
        count(*) as denominator
    from period
    inner join clock
        on
            period.clock_id = clock.clock_id
            and period.area_id = clock.area_id
            and period.first_day <= clock.stop_date
            and period.last_day >= clock.stop_date
    where
        period.measure = 'share of completed clocks'
        and period.time_window in ('quarter', 'calendar_ytd')
        and clock.status = 'stopped'
    group by {{ keys_of('period', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at', 'last_day']) }}
),

fallen_due as (
    select
        {{ keys_of('period', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at', 'last_day']) }},
        {{ count_if("clock.status = 'stopped' and not clock.is_over_limit") }} as numerator,
        count(*) as denominator
    from period
    inner join clock
        on
            period.clock_id = clock.clock_id
            and period.area_id = clock.area_id
            and period.first_day <= clock.due_date
            and period.last_day >= clock.due_date
    where
        period.measure = 'share of clocks falling due'
        and period.time_window in ('quarter', 'calendar_ytd')
        and not (clock.status = 'ended' and clock.end_date <= clock.due_date)
    group by {{ keys_of('period', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at', 'last_day']) }}
),

counted as (
    select * from completed
    union all
    select * from fallen_due
)

select
    {{ keys_of('counted', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at']) }},
    'Total' as breakdown_topic,
    'Total' as breakdown,
    counted.last_day as period_end,
    {{ pct('counted.numerator', 'counted.denominator') }} as value
from counted
union all
select
    {{ keys_of('period', ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'as_at']) }},
    monthly.breakdown_topic,
    monthly.breakdown,
    period.last_day as period_end,
    cast(monthly.value as double precision) as value
from period
inner join {{ ref('metric_monthly') }} as monthly
    on
        {{ same_keys('period', 'monthly', ['metric_id', 'area_id', 'time_window', 'service', 'tier']) }}
        and monthly.month = substring(cast(period.last_day as varchar), 1, 7)
where period.time_window = 'snapshot' and monthly.value is not null
