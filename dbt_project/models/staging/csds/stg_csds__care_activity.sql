select
    source.careactivityid as care_activity_id,
    source.carecontactid as care_contact_id,
    source.activity_type,
    source.careprofessionalid_local as care_professional_id,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp202careactivity') }} as source
