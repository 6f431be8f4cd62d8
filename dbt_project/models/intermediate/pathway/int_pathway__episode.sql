-- A stay with one provider in one tier: a spell of one tier. Only of pathways with services of two tiers or more, for
-- elsewhere there is nowhere to move to.
with tiered as (
    select service.pathway
    from {{ ref('service') }} as service
    inner join {{ ref('tier') }} as tier on service.tier = tier.tier
    group by service.pathway
    having count(distinct service.tier) > 1
),

in_scope as (
    select
        referral.*,
        tier.tier_order,
        -- A referral is open on the day it came, also where it says that it was closed before.
        max(greatest(coalesce(referral.closed_date, date '9999-01-01'), referral.received_date)) over (
            partition by referral.person_key, referral.pathway, referral.tier, referral.provider_id
            order by referral.received_date, referral.service, referral.referral_key
            rows between unbounded preceding and 1 preceding
        ) as previous_closed_date
    from {{ ref('int_pathway__referral') }} as referral
    inner join tiered on referral.pathway = tiered.pathway
    inner join {{ ref('tier') }} as tier on referral.tier = tier.tier
    where referral.is_in_scope and referral.received_date is not null
),

numbered as (
    select
        *,
        sum(
            case
                when received_date <= {{ add_days('previous_closed_date', 'spell_gap_days') }} then 0
                else 1
            end
        ) over (
            partition by person_key, pathway, tier, provider_id
            order by received_date, service, referral_key
            rows between unbounded preceding and current row
        ) as episode_number
    from in_scope
),

attended as (
    select
        referral.referral_key,
        min(contact.contact_date) as first_attended_date,
        max(contact.contact_date) as last_attended_date
    from in_scope as referral
    inner join {{ ref('int_pathway__contact') }} as contact
        on
            referral.source_feed = contact.source_feed
            and referral.provider_id = contact.provider_id
            and referral.service_request_id = contact.service_request_id
            and referral.service = contact.service
            and referral.received_date <= contact.contact_date
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where contact.is_attended and contact.contact_date <= parameter.as_of
    group by referral.referral_key
),

onward as (
    select
        referral.referral_key,
        min(milestone.event_date) as onward_date
    from in_scope as referral
    inner join {{ ref('int_pathway__milestone') }} as milestone
        on
            referral.source_feed = milestone.source_feed
            and referral.provider_id = milestone.provider_id
            and referral.service_request_id = milestone.service_request_id
            and referral.received_date <= milestone.event_date
    where milestone.event_type = 'referred_onward'
    group by referral.referral_key
)

select
    {{ surrogate_key([
        'numbered.person_key', 'numbered.pathway', 'numbered.tier', 'numbered.provider_id', 'numbered.episode_number'
    ]) }} as episode_id,
    numbered.person_key,
    numbered.pathway,
    numbered.tier,
    numbered.tier_order,
    numbered.provider_id,
    min(numbered.received_date) as received_date,
    min(case when not numbered.is_rejected then numbered.accepted_date end) as accepted_date,
    case when count(numbered.closed_date) = count(*) then max(numbered.closed_date) end as closed_date,
    min(case when numbered.is_rejected then 1 else 0 end) = 1 as is_rejected,
    max(case when numbered.is_closure_inferred then 1 else 0 end) = 1 as is_closure_inferred,
    max(case when numbered.is_incomplete then 1 else 0 end) = 1 as is_incomplete,
    max(case when numbered.closed_date < numbered.received_date then 1 else 0 end) = 1 as is_impossible,
    min(attended.first_attended_date) as first_attended_date,
    max(attended.last_attended_date) as last_attended_date,
    min(onward.onward_date) as onward_date,
    count(*) as referral_count,
    min(numbered.source_feed) as source_feed
from numbered
left join attended on numbered.referral_key = attended.referral_key
left join onward on numbered.referral_key = onward.referral_key
group by
    numbered.person_key,
    numbered.pathway,
    numbered.tier,
    numbered.tier_order,
    numbered.provider_id,
    numbered.episode_number
