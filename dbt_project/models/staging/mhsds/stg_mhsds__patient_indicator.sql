select
    source.localpatientid as patient_id,
    source.ldstatus as learning_disability_status,
    source.autismstatus as autism_status,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs005patind') }} as source
