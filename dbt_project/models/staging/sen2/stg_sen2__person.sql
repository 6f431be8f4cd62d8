select
    source.persontableid as person_id,
    source.person_key,
    source.sen2tableid as return_id,
    source.sex,
    source.ethnicity,
    source.upnunknown as upn_unknown_reason,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_person') }} as source
