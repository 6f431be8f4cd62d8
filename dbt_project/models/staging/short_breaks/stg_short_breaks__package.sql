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
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'short_breaks_short_breaks') }} as source
