select
    source.referral_id,
    source.referral_date as received_date,
    source.accepted_date,
    source.rejected_date as rejection_date,
    source.first_contact_date,
    source.discharge_date,
    source.has_quarantined_descendant,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sleep_support_sleep_support') }} as source
