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
    {{ sent_with('source') }}
from {{ source('raw', 'sleep_support_sleep_step') }} as source
