select
    source.carecontactid as care_contact_id,
    source.servicerequestid as service_request_id,
    source.carecontdate as contact_date,
    source.othercareprofteamlocalid as team_id,
    source.attendstatus as attendance_status,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs201carecontact') }} as source
