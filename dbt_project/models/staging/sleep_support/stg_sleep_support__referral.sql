select
    source.referral_id,
    source.referral_date as received_date,
    source.accepted_date,
    source.rejected_date as rejection_date,
    source.first_contact_date,
    source.discharge_date,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'sleep_support_sleep_support') }} as source
