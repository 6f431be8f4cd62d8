with
{{ clock_units(ref('fct_clock__ehc'), 'ehc', 'quarterly') }},

{{ event_units(ref('int_ehc__event'), 'ehc', 'quarterly') }},

-- Every metric of plans: which of them it counts is its measure's part.
plan_metric as (
    select
        definition.metric_id,
        measure.part,
        measure.statistic,
        reporting_window.period,
        series.time_window,
        series.service,
        series.tier,
        reporting_window.first_day,
        reporting_window.last_day
    from {{ ref('metric_definition') }} as definition
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.picks = 'plan'
    inner join {{ ref('metric_series') }} as series
        on definition.metric_id = series.metric_id and series.grain = 'quarterly'
    inner join {{ ref('int_reference__window') }} as reporting_window
        on series.grain = reporting_window.grain and series.time_window = reporting_window.time_window
),

-- One child, one plan. A share is of the plans in force; growth, of those begun in the same window a year before.
plan_unit as (
    select
        plan_metric.metric_id,
        member.area_id,
        plan_metric.period,
        plan_metric.time_window,
        plan_metric.service,
        plan_metric.tier,
        plan.person_key,
        max(
            case
                when plan.mark <> plan_metric.part then 0
                when plan.mark = 'begun' and plan.start_date < plan_metric.first_day then 0
                else 1
            end
        ) as part,
        max(
            case
                when plan_metric.statistic = 'growth' and plan.start_date >= plan_metric.first_day then 0
                else 1
            end
        ) as whole,
        cast(null as integer) as amount
    from {{ ref('int_ehc__plan_mark') }} as plan
    inner join {{ ref('int_reference__area_member') }} as member on plan.area_id = member.member_area_id
    inner join plan_metric
        on
            plan.mark in (plan_metric.part, case when plan_metric.statistic = 'share' then 'in_force' end)
            and (
                plan.mark <> 'begun'
                or (
                    plan.start_date <= plan_metric.last_day
                    and plan.start_date >= case plan_metric.statistic
                        when 'growth' then {{ add_months('plan_metric.first_day', -12) }}
                        else plan_metric.first_day
                    end
                )
            )
    group by
        plan_metric.metric_id, member.area_id, plan_metric.period, plan_metric.time_window, plan_metric.service,
        plan_metric.tier, plan.person_key
),

request as (
    select
        *,
        {{ latest_record(['partner_id', 'request_id']) }} as record_rank
    from {{ ref('stg_ehc_local__request') }}
),

-- The talk comes before the decision that it is to be part of.
conversation_unit as (
    select
        definition.metric_id,
        member.area_id,
        reporting_window.period,
        series.time_window,
        series.service,
        series.tier,
        request.person_key,
        case
            when
                request.has_structured_conversation
                and coalesce(request.structured_conversation_date <= request.decision_date, true)
                then 1
            else 0
        end as part,
        1 as whole,
        cast(null as integer) as amount
    from request
    inner join {{ ref('int_reference__area_member') }} as member on request.partner_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition
        on definition.measure = 'share of decisions with a conversation'
    inner join {{ ref('metric_series') }} as series
        on definition.metric_id = series.metric_id and series.grain = 'quarterly'
    inner join {{ ref('int_reference__window') }} as reporting_window
        on
            series.grain = reporting_window.grain
            and series.time_window = reporting_window.time_window
            and request.decision_date >= reporting_window.first_day
            and request.decision_date <= reporting_window.last_day
    where request.record_rank = 1
),

unit as (
    select * from clock_unit
    union all
    select * from event_unit
    union all
    select * from plan_unit
    union all
    select * from conversation_unit
),

{{ figures_of('unit', 'quarter') }}
