select
    source.persontableid as person_id,
    source.person_key,
    source.sen2tableid as return_id,
    source.sex,
    source.ethnicity,
    source.upnunknown as upn_unknown_reason,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sen2_person') }} as source
