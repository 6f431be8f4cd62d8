select
    source.careplanid as care_plan_id,
    source.localpatientid as patient_id,
    source.careplancreatdate as created_date,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs008careplantype') }} as source
