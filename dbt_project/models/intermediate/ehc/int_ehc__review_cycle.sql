with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

-- The first day from which a council's own system tells of every review.
told_from as (
    select
        partner_id as area_id,
        min(period_start) as first_day
    from {{ ref('stg_submission__submission') }}
    where feed = 'ehc_local' and is_selected
    group by partner_id
),

plan as (
    select
        plan.*,
        coalesce(submission.spec >= layout.since, false) as is_review_told
    from {{ ref('int_ehc__plan') }} as plan
    left join {{ ref('stg_submission__submission') }} as submission on plan.submission_id = submission.submission_id
    left join {{ ref('sen2_layout') }} as layout on layout.item = 'ReviewMeeting'
    where plan.start_date is not null
),

-- SEN2 may name the decision of the review before the last, without its meeting.
decision as (
    select
        area_id,
        person_key,
        decision_date
    from {{ ref('int_ehc__review') }}
    where decision_date is not null
    union
    select
        request.partner_id as area_id,
        request.person_key,
        active_plan.last_review_date as decision_date
    from {{ ref('stg_sen2__active_plan') }} as active_plan
    inner join {{ ref('stg_sen2__request') }} as request
        on active_plan.submission_id = request.submission_id and active_plan.request_id = request.request_id
    where active_plan.last_review_date is not null
),

decided as (
    select
        plan.plan_id,
        plan.cease_date,
        decision.decision_date
    from plan
    inner join decision
        on
            plan.area_id = decision.area_id
            and plan.person_key = decision.person_key
            and plan.start_date < decision.decision_date
            and coalesce(plan.cease_date >= decision.decision_date, true)
),

begun as (
    select
        plan_id,
        start_date as begun_date,
        true as is_first
    from plan
    union all
    select
        plan_id,
        decision_date as begun_date,
        false as is_first
    from decided
    where coalesce(cease_date > decision_date, true)
),

next_held as (
    select
        begun.plan_id,
        begun.begun_date,
        min(review.meeting_date) as next_held_date
    from begun
    inner join plan on begun.plan_id = plan.plan_id
    inner join {{ ref('int_ehc__review') }} as review
        on
            plan.area_id = review.area_id
            and plan.person_key = review.person_key
            and begun.begun_date < review.meeting_date
            and coalesce(plan.cease_date >= review.meeting_date, true)
    group by begun.plan_id, begun.begun_date
),

next_decided as (
    select
        begun.plan_id,
        begun.begun_date,
        min(decided.decision_date) as next_decided_date
    from begun
    inner join decided on begun.plan_id = decided.plan_id and begun.begun_date < decided.decision_date
    group by begun.plan_id, begun.begun_date
)

select
    {{ surrogate_key(["'review_cycle'", 'begun.plan_id', 'begun.begun_date']) }} as case_id,
    plan.plan_id,
    plan.area_id,
    plan.person_key,
    'ehc' as pathway,
    'ehc_review' as service,
    begun.begun_date,
    begun.is_first,
    next_held.next_held_date,
    next_decided.next_decided_date,
    plan.cease_date,
    -- The day of the transfer is not told, so the months before the first decision here are another authority's.
    plan.is_transferred_in and begun.is_first as is_transferred_in,
    plan.is_superseded,
    -- Without the council's own system the last review is known; in a plan's first two years that is the first.
    case
        when told_from.first_day <= begun.begun_date then false
        when begun.is_first and plan.is_review_told
            then {{ add_months('begun.begun_date', 24) }} <= parameter.as_of
        else true
    end as is_history_untold,
    'sen2' as source_feed,
    plan.submission_id,
    plan.source_row
from begun
inner join plan on begun.plan_id = plan.plan_id
left join next_held on begun.plan_id = next_held.plan_id and begun.begun_date = next_held.begun_date
left join next_decided on begun.plan_id = next_decided.plan_id and begun.begun_date = next_decided.begun_date
left join told_from on plan.area_id = told_from.area_id
cross join parameter
