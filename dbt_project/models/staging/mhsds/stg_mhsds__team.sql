select
    source.careprofteamlocalid as team_id,
    source.servteamtypemh as team_type,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs902serviceteamdetails') }} as source
