select
    source.request_id,
    source.category,
    source.request_date as received_date,
    source.assessment_date,
    source.decision_date,
    source.decision,
    source.order_date,
    source.delivery_date,
    source.has_quarantined_descendant,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'equipment_equipment') }} as source
