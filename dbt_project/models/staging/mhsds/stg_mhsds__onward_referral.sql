select
    source.servicerequestid as service_request_id,
    source.onwardreferdate as onward_date,
    source.orgidreceiving as receiving_org_id,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs105onwardreferral') }} as source
