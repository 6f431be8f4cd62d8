select
    source.careplanid as care_plan_id,
    source.localpatientid as patient_id,
    source.careplancreatdate as created_date,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs008careplantype') }} as source
