select
    source.servicerequestid as service_request_id,
    source.diagnosis_scheme,
    source.provisionaldiagnosis as diagnosis_code,
    source.provisionaldiagnosis_date as diagnosis_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp606provdiag') }} as source
