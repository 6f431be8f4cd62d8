select
    source.servicerequestid as service_request_id,
    source.onwardreferdate as onward_date,
    source.orgidreceiving as receiving_org_id,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs105onwardreferral') }} as source
