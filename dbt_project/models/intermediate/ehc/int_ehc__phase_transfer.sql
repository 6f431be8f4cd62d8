with transfer as (
    select
        request.partner_id as area_id,
        request.person_key,
        request.request_id,
        plan.phase_transfer_due_date as due_date,
        min(plan.phase_transfer_final_date) as final_date,
        min(plan.submission_id) as submission_id,
        min(plan.source_row) as source_row
    from {{ ref('stg_sen2__active_plan') }} as plan
    inner join {{ ref('stg_sen2__request') }} as request
        on plan.submission_id = request.submission_id and plan.request_id = request.request_id
    where plan.phase_transfer_due_date is not null
    group by request.partner_id, request.person_key, request.request_id, plan.phase_transfer_due_date
)

select
    {{ surrogate_key(
        ["'phase_transfer'", 'transfer.area_id', 'transfer.request_id', 'transfer.due_date']
    ) }} as case_id,
    transfer.area_id,
    transfer.person_key,
    'ehc' as pathway,
    'ehc_phase_transfer' as service,
    coalesce(phase.start_event, 'phase_transfer_begun_other') as start_event,
    -- No rule says when the work begins: the year that ends with the day by which it is due.
    {{ add_months('transfer.due_date', -12) }} as begun_date,
    transfer.due_date,
    transfer.final_date,
    'sen2' as source_feed,
    transfer.submission_id,
    transfer.source_row
from transfer
left join {{ ref('phase_transfer_day') }} as phase
    on
        extract(month from transfer.due_date) = phase.due_month
        and extract(day from transfer.due_date) = phase.due_day
