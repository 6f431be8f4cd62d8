select
    source.servicerequestid as service_request_id,
    source.patpathid as patient_pathway_id,
    source.refertotreatperiodstartdate as start_date,
    source.refertotreatperiodenddate as end_date,
    source.refertotreatperiodstatus as rtt_status,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs104rtt') }} as source
