select
    source.servicerequestid as service_request_id,
    source.localpatientid as patient_id,
    source.careprofteamlocalid as team_id,
    source.referralrequestreceiveddate as received_date,
    source.primreasonreferralmh as referral_reason,
    source.servdischdate as discharge_date,
    source.referrejectiondate as rejection_date,
    source.person_key,
    source.has_quarantined_descendant,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs101referral') }} as source
