select
    source.careprofteamlocalid as team_id,
    source.servteamtypemh as team_type,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs902serviceteamdetails') }} as source
