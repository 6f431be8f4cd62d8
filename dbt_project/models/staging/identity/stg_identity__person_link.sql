select
    source.person_key,
    source.partner as partner_id,
    source.feed,
    source.source_person_id,
    source.method as link_method,
    source.submission_id
from {{ source('raw', 'person_link') }} as source
