with member as (
    select
        spell_id,
        provider_id,
        person_key,
        pathway,
        min(case when is_spell_head then service end) as service,
        min(case when is_spell_head then tier end) as tier,
        min(received_date) as received_date,
        case when count(closed_date) = count(*) then max(closed_date) end as closed_date,
        -- One referral that ends without treatment does not end the wait while another of the spell goes on.
        case
            when count(coalesce(untreated_date, closed_date)) = count(*) and count(untreated_date) > 0
                then max(least(untreated_date, closed_date))
        end as untreated_date,
        min(case when is_rejected then 1 else 0 end) = 1 as is_rejected,
        max(case when is_rejected then 1 else 0 end) = 1 as has_rejection,
        max(case when is_closure_inferred then 1 else 0 end) = 1 as is_closure_inferred,
        max(case when is_incomplete then 1 else 0 end) = 1 as is_incomplete,
        min(case when is_spell_head then source_feed end) as source_feed,
        min(case when is_spell_head then submission_id end) as submission_id,
        min(case when is_spell_head then source_row end) as source_row
    from {{ ref('int_pathway__spell_member') }}
    group by spell_id, provider_id, person_key, pathway
),

spell_contact as (
    select
        member.spell_id,
        contact.contact_date,
        contact.attendance_role,
        row_number() over (
            partition by member.spell_id
            -- A cancelled appointment did not take place: it is never the first one. One of which nothing says if it
            -- was kept may have been the first: then it is not known that the child was not brought.
            order by
                case when contact.attendance_role = 'cancelled' then 1 else 0 end,
                contact.contact_date,
                case contact.attendance_role when 'attended' then 0 when 'not_brought' then 2 else 1 end,
                contact.contact_key
        ) as appointment_rank
    from {{ ref('int_pathway__spell_member') }} as member
    inner join {{ ref('int_pathway__contact') }} as contact
        on
            member.source_feed = contact.source_feed
            and member.provider_id = contact.provider_id
            and member.service_request_id = contact.service_request_id
            and member.service = contact.service
),

appointment as (
    select
        spell_id,
        min(
            case when appointment_rank = 1 and attendance_role in ('attended', 'not_brought') then contact_date end
        ) as first_appointment_date,
        max(case when appointment_rank = 1 and attendance_role = 'not_brought' then 1 else 0 end) = 1
            as is_first_not_brought,
        max(contact_date) as last_booked_date
    from spell_contact
    group by spell_id
)

select
    member.spell_id,
    member.provider_id,
    member.person_key,
    member.pathway,
    member.service,
    member.tier,
    member.received_date,
    member.closed_date,
    member.untreated_date,
    member.is_rejected,
    member.is_closure_inferred,
    appointment.first_appointment_date,
    coalesce(appointment.is_first_not_brought, false) as is_first_not_brought,
    -- Not brought to the first appointment and then discharged: the wait is void. A later booking keeps it (rules 7.2).
    -- A rejection is no discharge.
    coalesce(
        appointment.is_first_not_brought
        and appointment.last_booked_date = appointment.first_appointment_date
        and member.closed_date >= appointment.first_appointment_date
        and not member.is_closure_inferred
        and not member.has_rejection,
        false
    ) as is_nullified,
    member.is_incomplete,
    member.source_feed,
    member.submission_id,
    member.source_row
from member
left join appointment on member.spell_id = appointment.spell_id
