select
    source.sen2tableid as return_id,
    source.year as return_year,
    source.referencedate as reference_date,
    source.lea as la_code,
    source.dmo as has_medical_officer,
    source.dco as has_clinical_officer,
    source.dsco as has_social_care_officer,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_sen2') }} as source
