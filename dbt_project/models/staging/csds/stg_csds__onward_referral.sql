select
    source.servicerequestid as service_request_id,
    source.onward_referraldate as onward_date,
    source.orgid_receiving as receiving_org_id,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp105onwardreferral') }} as source
