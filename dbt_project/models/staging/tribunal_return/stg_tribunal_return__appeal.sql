select
    source.month,
    source.area,
    source.appeal_type,
    source.appealable_decisions,
    source.mediations_requested,
    source.mediations_held,
    source.mediations_agreed,
    source.open_at_start,
    source.registered,
    source.extended,
    source.withdrawn,
    source.conceded,
    source.decided,
    source.decided_for_family,
    source.decided_for_council,
    source.open_at_end,
    {{ sent_with('source') }}
from {{ source('raw', 'tribunal_return_appeal') }} as source
