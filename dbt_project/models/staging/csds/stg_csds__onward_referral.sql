select
    source.servicerequestid as service_request_id,
    source.onward_referraldate as onward_date,
    source.orgid_receiving as receiving_org_id,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp105onwardreferral') }} as source
