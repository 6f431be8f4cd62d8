select
    source.servicerequestid as service_request_id,
    source.othercareprofteamlocalid as team_id,
    source.servteamtypereftomh as team_type,
    source.referclosuredate as closure_date,
    source.referrejectiondate as rejection_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs102otherservicetype') }} as source
