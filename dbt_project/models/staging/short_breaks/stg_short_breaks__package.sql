select
    source.package_id,
    source.break_type,
    source.request_date as received_date,
    source.agreed_date,
    source.start_date,
    source.end_date,
    source.nights_used,
    source.hours_used,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'short_breaks_short_breaks') }} as source
