select
    source.as_of,
    source.area,
    source.service,
    source.role,
    source.establishment_fte,
    source.in_post_fte,
    source.vacant_fte,
    source.agency_fte,
    source.headcount,
    source.added_fte,
    source.posts_recruited,
    source.starters,
    source.leavers,
    {{ sent_with('source') }}
from {{ source('raw', 'workforce_return_post') }} as source
