select
    source.step_id,
    source.referral_id,
    source.pathway_step,
    source.accepted_date,
    source.start_date,
    source.first_attended_date,
    source.handover_date,
    source.end_date,
    source.is_planned_step_down,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sleep_support_sleep_step') }} as source
