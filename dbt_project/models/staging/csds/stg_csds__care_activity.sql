select
    source.careactivityid as care_activity_id,
    source.carecontactid as care_contact_id,
    source.activity_type,
    source.careprofessionalid_local as care_professional_id,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp202careactivity') }} as source
