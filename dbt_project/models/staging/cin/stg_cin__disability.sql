select
    source.lachildid as child_id,
    source.disability as disability_code,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'cin_disability') }} as source
