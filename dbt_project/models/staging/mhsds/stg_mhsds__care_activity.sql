select
    source.careactid as care_activity_id,
    source.carecontactid as care_contact_id,
    source.procedure as procedure_code,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs202careactivity') }} as source
