with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

need as (
    select
        submission_id,
        active_plan_id,
        min(case when need_rank = 1 then need_type end) as primary_need,
        min(case when need_rank = 2 then need_type end) as secondary_need
    from {{ ref('stg_sen2__need') }}
    group by submission_id, active_plan_id
),

active as (
    select
        active_plan.submission_id,
        active_plan.request_id,
        max(active_plan.transfer_la) as transfer_la,
        min(active_plan.source_row) as source_row,
        min(need.primary_need) as primary_need,
        min(need.secondary_need) as secondary_need
    from {{ ref('stg_sen2__active_plan') }} as active_plan
    left join need
        on active_plan.submission_id = need.submission_id and active_plan.active_plan_id = need.active_plan_id
    group by active_plan.submission_id, active_plan.request_id
),

named as (
    select
        assessment.submission_id,
        assessment.request_id,
        named_plan.named_plan_id,
        named_plan.start_date,
        named_plan.cease_date,
        named_plan.cease_reason,
        named_plan.has_personal_budget,
        named_plan.source_row
    from {{ ref('stg_sen2__named_plan') }} as named_plan
    inner join {{ ref('stg_sen2__assessment') }} as assessment
        on
            named_plan.submission_id = assessment.submission_id
            and named_plan.assessment_id = assessment.assessment_id
),

plan as (
    select
        {{ surrogate_key(['request.partner_id', 'request.request_id', 'named.named_plan_id']) }} as plan_id,
        {{ surrogate_key(['request.partner_id', 'request.request_id']) }} as case_id,
        request.partner_id as area_id,
        request.person_key,
        request.received_date,
        named.start_date,
        named.cease_date,
        named.cease_reason,
        named.has_personal_budget,
        case when named.named_plan_id is null then 'active_plans' else 'named_plan' end as plan_basis,
        active.transfer_la,
        active.transfer_la is not null as is_transferred_in,
        active.primary_need,
        active.secondary_need,
        -- In force on the day: begun on or before it and not ceased by it (sources 1.5).
        coalesce(named.start_date <= parameter.as_of, active.request_id is not null)
        and coalesce(named.cease_date > parameter.as_of, true) as is_active,
        request.submission_id,
        coalesce(named.source_row, active.source_row) as source_row
    from {{ ref('stg_sen2__request') }} as request
    left join named
        on request.submission_id = named.submission_id and request.request_id = named.request_id
    left join active
        on request.submission_id = active.submission_id and request.request_id = active.request_id
    cross join parameter
    where named.named_plan_id is not null or active.request_id is not null
),

ranked as (
    select
        plan.*,
        row_number() over (
            partition by plan.person_key, plan.is_active
            order by
                coalesce(plan.start_date, date '1900-01-01') desc,
                case when plan.is_transferred_in then 0 else 1 end,
                plan.received_date desc,
                plan.area_id asc,
                plan.plan_id asc
        ) as standing_rank
    from plan
)

select
    ranked.plan_id,
    ranked.case_id,
    ranked.area_id,
    ranked.person_key,
    ranked.start_date,
    ranked.cease_date,
    ranked.cease_reason,
    ranked.has_personal_budget,
    ranked.plan_basis,
    ranked.transfer_la,
    ranked.is_transferred_in,
    ranked.primary_need,
    ranked.secondary_need,
    ranked.is_active,
    -- A child has one maintaining authority at a time: of two plans in force the later start stands (rules 7.10).
    ranked.is_active and ranked.standing_rank > 1 as is_superseded,
    ranked.is_active and ranked.standing_rank = 1 as is_in_force,
    ranked.submission_id,
    ranked.source_row
from ranked
