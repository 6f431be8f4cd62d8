select
    source.person_key,
    source.area_id,
    source.residence_source,
    source.from_date
from {{ source('raw', 'person_residence') }} as source
