select
    source.carecontactid as care_contact_id,
    source.servicerequestid as service_request_id,
    source.teamid_local as team_id,
    source.contact_date,
    source.consultation_type,
    source.consmechanism as consultation_mechanism,
    source.attendancestatus as attendance_status,
    source.contact_cancellationdate as cancellation_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp201carecontact') }} as source
