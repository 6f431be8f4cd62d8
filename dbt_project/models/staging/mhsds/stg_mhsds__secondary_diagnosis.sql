select
    source.servicerequestid as service_request_id,
    source.diagschemeinuse as diagnosis_scheme,
    source.secdiag as diagnosis_code,
    source.codeddiagtimestamp as diagnosed_at,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs605secdiag') }} as source
