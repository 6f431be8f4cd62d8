select
    source.submission_id,
    source.partner as partner_id,
    source.feed,
    source.spec,
    source.period,
    source.period_start,
    source.period_end,
    source.received_at,
    source.status,
    source.received as received_count,
    source.accepted as accepted_count,
    source.quarantined as quarantined_count,
    source.worst_table,
    source.worst_quarantined_pct,
    source.empty_table,
    source.is_selected
from {{ source('raw', 'submission') }} as source
