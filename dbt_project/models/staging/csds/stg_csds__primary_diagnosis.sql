select
    source.servicerequestid as service_request_id,
    source.diagnosis_scheme,
    source.primarydiagnosis as diagnosis_code,
    source.primarydiagnosis_date as diagnosis_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp607primdiag') }} as source
