select
    source.servicerequestid as service_request_id,
    source.patientpathwayid as patient_pathway_id,
    source.waitingtime_measurementtype as measurement_type,
    source.rtt_startdate as start_date,
    source.rtt_enddate as end_date,
    source.rtt_status,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp104rtt') }} as source
