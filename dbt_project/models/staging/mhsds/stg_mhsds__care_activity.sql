select
    source.careactid as care_activity_id,
    source.carecontactid as care_contact_id,
    source.procedure as procedure_code,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs202careactivity') }} as source
