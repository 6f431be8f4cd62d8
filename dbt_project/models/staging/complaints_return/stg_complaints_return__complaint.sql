select
    source.month,
    source.area,
    source.service,
    source.theme,
    source.stage,
    source.open_at_start,
    source.received,
    source.withdrawn,
    source.decided,
    source.upheld,
    source.partly_upheld,
    source.not_upheld,
    source.answered_in_time,
    source.open_at_end,
    {{ sent_with('source') }}
from {{ source('raw', 'complaints_return_complaint') }} as source
