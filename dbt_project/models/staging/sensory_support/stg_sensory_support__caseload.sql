select
    source.caseload_id,
    source.need,
    source.referral_date as received_date,
    source.assessment_date,
    source.eligibility_band,
    source.visits_in_period,
    source.start_date,
    source.first_visit_date,
    source.end_date,
    source.end_reason,
    source.has_quarantined_descendant,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'sensory_support_sensory_support') }} as source
