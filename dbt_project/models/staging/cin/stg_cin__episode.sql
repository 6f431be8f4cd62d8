select
    source.cindetailsid as episode_id,
    source.lachildid as child_id,
    source.cinreferraldate as referral_date,
    source.primaryneedcode as primary_need,
    source.cinclosuredate as closure_date,
    source.referralnfa as is_no_further_action,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'cin_cindetails') }} as source
