select
    source.servicerequestid as service_request_id,
    source.localpatientid as patient_id,
    source.person_key,
    source.orgid_commissioner as commissioner_id,
    source.referralrequest_receiveddate as received_date,
    source.sourceofreferral as referral_source,
    source.primaryreferralreason as referral_reason,
    source.discharge_date,
    source.discharge_letterissueddate as discharge_letter_date,
    source.has_quarantined_descendant,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp101referral') }} as source
