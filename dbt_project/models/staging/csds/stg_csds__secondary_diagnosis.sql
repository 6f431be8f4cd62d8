select
    source.servicerequestid as service_request_id,
    source.diagnosis_scheme,
    source.secondarydiagnosis as diagnosis_code,
    source.secondarydiagnosis_date as diagnosis_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp608secdiag') }} as source
