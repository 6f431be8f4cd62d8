-- A child is helped when three things have happened: an outcome was measured, a plan was made, an activity was given
-- (rules 7.2, the national rule for children's mental health). Only feeds that tell of all three have rows here.
with told as (
    select
        member.spell_id,
        min(case when milestone.event_type = 'outcome_measured' then milestone.event_date end) as first_outcome_date,
        min(case when milestone.event_type = 'care_plan_made' then milestone.event_date end) as first_plan_date
    from {{ ref('int_pathway__spell_member') }} as member
    inner join {{ ref('int_pathway__milestone') }} as milestone
        on
            member.source_feed = milestone.source_feed
            and member.provider_id = milestone.provider_id
            and member.service_request_id = milestone.service_request_id
            and member.received_date <= milestone.event_date
    where milestone.event_type in ('outcome_measured', 'care_plan_made')
    group by member.spell_id
),

active as (
    select
        member.spell_id,
        min(contact.contact_date) as first_activity_date
    from {{ ref('int_pathway__spell_member') }} as member
    inner join {{ ref('int_pathway__contact') }} as contact
        on
            member.source_feed = contact.source_feed
            and member.provider_id = contact.provider_id
            and member.service_request_id = contact.service_request_id
            and member.service = contact.service
            and member.received_date <= contact.contact_date
    where contact.is_treatment or contact.is_assessment
    group by member.spell_id
)

select
    told.spell_id,
    told.first_outcome_date,
    told.first_plan_date,
    active.first_activity_date,
    greatest(told.first_outcome_date, told.first_plan_date, active.first_activity_date) as help_started_date
from told
inner join active on told.spell_id = active.spell_id
where told.first_outcome_date is not null and told.first_plan_date is not null
