select
    source.request_id,
    source.local_id,
    source.received_date,
    source.structured_conversation as has_structured_conversation,
    source.structured_conversation_date,
    source.decision,
    source.decision_date,
    source.draft_plan_date,
    source.comments_date,
    source.final_plan_date,
    source.delay_reason,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'ehc_local_request') }} as source
