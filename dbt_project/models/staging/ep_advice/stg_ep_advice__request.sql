select
    source.advice_id,
    source.adviser_type,
    source.assessment_agreed_date,
    source.requested_date,
    source.allocated_date,
    source.child_seen_date,
    source.received_date as returned_date,
    source.cancelled_date,
    source.late_reason,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'ep_advice_ep_advice') }} as source
