-- The case of SEN2 that a request of the council's own system is: the same child and the same day of receipt.
with sen2_case as (
    select
        area_id,
        person_key,
        received_date,
        min(case_id) as case_id
    from {{ ref('int_ehc__case') }}
    group by area_id, person_key, received_date
),

sent as (
    select
        request.*,
        {{ latest_record(['request.partner_id', 'request.request_id']) }} as record_rank
    from {{ ref('stg_ehc_local__request') }} as request
)

select
    {{ surrogate_key(["'ehc_local'", 'sent.partner_id', 'sent.request_id']) }} as draft_id,
    coalesce(
        sen2_case.case_id, {{ surrogate_key(["'ehc_local'", 'sent.partner_id', 'sent.request_id']) }}
    ) as case_id,
    sent.partner_id as area_id,
    sent.person_key,
    'ehc' as pathway,
    'ehc' as service,
    sent.draft_plan_date,
    sent.comments_date,
    sent.final_plan_date,
    -- An answer to this draft: not before it, and no later than the plan.
    coalesce(
        sent.comments_date >= sent.draft_plan_date
        and (sent.final_plan_date is null or sent.comments_date <= sent.final_plan_date),
        false
    ) as is_answered,
    'ehc_local' as source_feed,
    sent.submission_id,
    sent.source_row
from sent
left join sen2_case
    on
        sent.partner_id = sen2_case.area_id
        and sent.person_key = sen2_case.person_key
        and sent.received_date = sen2_case.received_date
where sent.record_rank = 1
