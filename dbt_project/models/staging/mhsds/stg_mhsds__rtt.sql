select
    source.servicerequestid as service_request_id,
    source.patpathid as patient_pathway_id,
    source.refertotreatperiodstartdate as start_date,
    source.refertotreatperiodenddate as end_date,
    source.refertotreatperiodstatus as rtt_status,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs104rtt') }} as source
