select
    source.review_id,
    source.local_id,
    source.meeting_date,
    source.report_date,
    source.decision,
    source.decision_date,
    source.amendment_notice_date,
    source.final_amended_date,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'ehc_local_review') }} as source
