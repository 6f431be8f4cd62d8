select
    source.servicerequestid as service_request_id,
    source.diagschemeinuse as diagnosis_scheme,
    source.primdiag as diagnosis_code,
    source.codeddiagtimestamp as diagnosed_at,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs604primdiag') }} as source
