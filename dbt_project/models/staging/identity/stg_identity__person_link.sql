select
    source.person_key,
    source.partner as partner_id,
    source.feed,
    source.source_person_id,
    source.method as link_method,
    source.match_probability,
    source.is_in_doubt,
    source.submission_id
from {{ source('raw', 'person_link') }} as source
