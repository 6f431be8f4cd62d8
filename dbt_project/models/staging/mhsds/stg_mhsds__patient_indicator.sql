select
    source.localpatientid as patient_id,
    source.ldstatus as learning_disability_status,
    source.autismstatus as autism_status,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs005patind') }} as source
