select
    source.servicerequestid as service_request_id,
    source.othercareprofteamlocalid as team_id,
    source.servteamtypereftomh as team_type,
    source.referclosuredate as closure_date,
    source.referrejectiondate as rejection_date,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs102otherservicetype') }} as source
