select
    source.carecontactid as care_contact_id,
    source.servicerequestid as service_request_id,
    source.teamid_local as team_id,
    source.contact_date,
    source.consultation_type,
    source.consmechanism as consultation_mechanism,
    source.attendancestatus as attendance_status,
    source.contact_cancellationdate as cancellation_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp201carecontact') }} as source
