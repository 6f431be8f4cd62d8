select
    source.person_key_a,
    source.person_key_b,
    source.probability as match_probability,
    source.reason as doubt_reason
from {{ source('raw', 'person_doubt') }} as source
