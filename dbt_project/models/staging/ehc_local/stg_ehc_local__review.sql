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
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'ehc_local_review') }} as source
