{%- set cell = ['service', 'area_id', 'step_order'] %}
with flow as (
    select * from {{ ref('int_pathway__flow') }}
    union all
    select * from {{ ref('int_ehc__flow') }}
),

placed as (
    select
        flow.service,
        member.area_id,
        flow.step_order,
        flow.person_key,
        flow.is_recorded,
        flow.is_counted,
        flow.state,
        flow.exit_reason,
        case when flow.state = 'passed' then flow.days end as days
    from flow
    inner join {{ ref('int_reference__area_member') }} as member on flow.area_id = member.member_area_id
),

spread as (
    {%- for outcome, reason, condition in [
        ("'reached'", "'Total'", 'is_counted'),
        ('state', "'Total'", 'is_counted'),
        ('state', 'exit_reason', "is_counted and state = 'dropped_out'"),
        ("'excluded'", "'Total'", 'not is_counted'),
    ] %}
    select
        {{ cell | join(',\n        ') }},
        {{ outcome }} as outcome,
        {{ reason }} as reason,
        person_key,
        is_recorded,
        {{ 'days' if outcome == 'state' else 'null' }} as days
    from placed
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    select
        {{ cell | join(', ') }},
        outcome,
        reason,
        count(*) as case_count,
        count(distinct person_key) as child_count,
        {{ count_if('is_recorded') }} as recorded_count,
        {{ weeks(percentile('days', 0.5)) }} as median_weeks,
        {{ weeks(percentile('days', 0.92)) }} as p92_weeks
    from spread
    group by {{ cell | join(', ') }}, outcome, reason
),

-- Every step of a service that is seen in an area has every outcome and reason: a nought that is told is no gap.
step as (
    select distinct
        flow,
        pathway,
        service,
        tier,
        step_order,
        step
    from flow
),

seen as (
    select distinct
        step.flow,
        step.pathway,
        step.service,
        step.tier,
        counted.area_id,
        step.step_order,
        step.step
    from step
    inner join counted on step.service = counted.service
),

outcome as (
    {%- for outcome in ['reached', 'passed', 'in_step', 'finished', 'dropped_out', 'excluded'] %}
    select distinct
        service,
        '{{ outcome }}' as outcome,
        'Total' as reason
    from seen
    union all
    {%- endfor %}
    select distinct
        seen.service,
        'dropped_out' as outcome,
        flow_step.step as reason
    from seen
    inner join {{ ref('flow_step') }} as flow_step
        on seen.flow = flow_step.flow and flow_step.service in ('any', seen.service)
    where flow_step.kind = 'exit'
),

supply as (
    select
        service,
        area_id,
        value_status,
        dq_reason
    from {{ ref('int_pathway__area_supply') }}
    union all
    select
        status.service,
        member.area_id,
        case
            when max(case when status.submission_status = 'withheld' then 1 else 0 end) = 1 then 'withheld'
            when max(case when status.submission_status = 'not_supplied' then 1 else 0 end) = 1 then 'not_supplied'
            when max(parameter.known_at) >= {{ add_days('max(parameter.quarter_end)', 42) }} then 'final'
            else 'provisional'
        end as value_status,
        {{ join_text('status.reason', '; ') }} as dq_reason
    from {{ ref('mart_submission_status') }} as status
    inner join {{ ref('int_reference__area_member') }} as member on status.area_id = member.member_area_id
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where status.topic = 'ehc' and status.service in (select flow.service from flow)
    group by status.service, member.area_id
),

framed as (
    select
        parameter.quarter,
        seen.*,
        outcome.outcome,
        outcome.reason,
        coalesce(supply.value_status, 'not_supplied') as value_status,
        supply.dq_reason
    from seen
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    inner join outcome on seen.service = outcome.service
    left join supply on seen.service = supply.service and seen.area_id = supply.area_id
),

filled as (
    select
        framed.*,
        framed.value_status in ('final', 'provisional') as is_told,
        coalesce(counted.case_count, 0) as case_count,
        coalesce(counted.child_count, 0) as child_count,
        coalesce(reached.case_count, 0) as reached_count,
        coalesce(reached.recorded_count, 0) as recorded_count,
        coalesce(reached.child_count, 0) as reached_child_count,
        case when counted.case_count >= threshold.value then counted.median_weeks end as median_weeks,
        case when counted.case_count >= threshold.value then counted.p92_weeks end as p92_weeks
    from framed
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'min_percentile_count'
    left join counted
        on
            {{ same_keys('framed', 'counted', cell + ['outcome', 'reason']) }}
    left join counted as reached
        on
            {{ same_keys('framed', 'reached', cell) }}
            and reached.outcome = 'reached'
)

select
    quarter,
    flow,
    pathway,
    service,
    tier,
    area_id,
    cast(step_order as integer) as step_order,
    step,
    outcome,
    reason,
    {%- for column in ['case_count', 'child_count', 'reached_count', 'recorded_count'] %}
    cast(case when is_told then {{ column }} end as bigint) as {{ column }},
    {%- endfor %}
    case
        when is_told and outcome not in ('reached', 'excluded') then {{ pct('case_count', 'reached_count') }}
    end as share_pct,
    case when is_told then median_weeks end as median_weeks,
    case when is_told then p92_weeks end as p92_weeks,
    -- A row that tells of nobody tells all the same of those who reached the step.
    cast(
        case
            when is_told and child_count > 0 then child_count
            when is_told then reached_child_count
        end as bigint
    ) as least_child_count,
    value_status,
    'none' as suppression,
    dq_reason
from filled
