select
    source.sen2tableid as return_id,
    source.year as return_year,
    source.referencedate as reference_date,
    source.lea as la_code,
    source.dmo as has_medical_officer,
    source.dco as has_clinical_officer,
    source.dsco as has_social_care_officer,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sen2_sen2') }} as source
