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
    {{ sent_with('source') }}
from {{ source('raw', 'equipment_equipment') }} as source
