select
    source.servicerequestid as service_request_id,
    source.patientpathwayid as patient_pathway_id,
    source.waitingtime_measurementtype as measurement_type,
    source.rtt_startdate as start_date,
    source.rtt_enddate as end_date,
    source.rtt_status,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp104rtt') }} as source
