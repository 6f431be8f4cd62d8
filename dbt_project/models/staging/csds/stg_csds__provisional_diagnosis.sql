select
    source.servicerequestid as service_request_id,
    source.diagnosis_scheme,
    source.provisionaldiagnosis as diagnosis_code,
    source.provisionaldiagnosis_date as diagnosis_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp606provdiag') }} as source
