select
    source.cindetailsid as episode_id,
    source.lachildid as child_id,
    source.cinreferraldate as referral_date,
    source.primaryneedcode as primary_need,
    source.cinclosuredate as closure_date,
    source.referralnfa as is_no_further_action,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'cin_cindetails') }} as source
