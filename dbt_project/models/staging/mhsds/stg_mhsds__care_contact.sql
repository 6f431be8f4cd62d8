select
    source.carecontactid as care_contact_id,
    source.servicerequestid as service_request_id,
    source.carecontdate as contact_date,
    source.othercareprofteamlocalid as team_id,
    source.attendstatus as attendance_status,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs201carecontact') }} as source
