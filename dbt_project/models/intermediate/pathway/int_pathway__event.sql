{%- set who = ['person_key', 'pathway', 'service', 'tier', 'provider_id'] %}
{%- set origin = ['source_feed', 'submission_id', 'source_row'] %}
-- What happens to a spell as a whole is of its first referral's service; a contact or a milestone, of the service that
-- it names.
with member as (
    select * from {{ ref('int_pathway__spell_member') }}
),

spell as (
    select * from {{ ref('int_pathway__spell') }}
),

contact as (
    select
        member.spell_id,
        member.person_key,
        member.pathway,
        member.service,
        member.tier,
        contact.provider_id,
        contact.contact_date,
        contact.attendance_role,
        contact.is_treatment,
        contact.is_assessment,
        contact.source_feed,
        contact.submission_id,
        contact.source_row
    from member
    inner join {{ ref('int_pathway__contact') }} as contact
        on
            member.source_feed = contact.source_feed
            and member.provider_id = contact.provider_id
            and member.service_request_id = contact.service_request_id
            and member.service = contact.service
),

milestone as (
    select
        member.spell_id,
        member.person_key,
        member.pathway,
        member.service,
        member.tier,
        milestone.provider_id,
        milestone.event_type,
        milestone.event_date,
        milestone.source_feed,
        milestone.submission_id,
        milestone.source_row
    from member
    inner join {{ ref('int_pathway__milestone') }} as milestone
        on
            member.source_feed = milestone.source_feed
            and member.provider_id = milestone.provider_id
            and member.service_request_id = milestone.service_request_id
            and coalesce(member.service = milestone.service, true)
    -- A diagnosis of before the referral is what the child came with, not what the referral led to.
    where milestone.event_type <> 'diagnosis_made' or milestone.event_date >= member.received_date
),

-- Advice is the figure of the council that asked for it; every other wait, of where the child lives (rules 7.10).
basis as (
    select
        service,
        min(area_basis) as area_basis
    from {{ ref('clock_rule') }}
    group by service
),

help as (
    select
        spell.*,
        help_start.help_started_date
    from spell
    inner join {{ ref('int_pathway__help_start') }} as help_start on spell.spell_id = help_start.spell_id
),

-- A referral that joined a running spell keeps a case of its own, which ends the day it joined: the row is kept, the
-- wait is not.
dated as (
    select
        case when is_spell_head then spell_id else referral_key end as case_id,
        {{ who | join(',\n        ') }},
        'referral_received' as event_type,
        received_date as event_date,
        {{ origin | join(',\n        ') }}
    from member
    union all
    select
        referral_key as case_id,
        {{ who | join(',\n        ') }},
        'referral_joined_spell' as event_type,
        received_date as event_date,
        {{ origin | join(',\n        ') }}
    from member
    where not is_spell_head
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'referral_accepted' as event_type,
        accepted_date as event_date,
        {{ origin | join(',\n        ') }}
    from member
    where accepted_date is not null
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        case
            when is_nullified then 'first_appointment_missed_discharged'
            when is_rejected then 'referral_rejected'
            else 'referral_closed'
        end as event_type,
        closed_date as event_date,
        {{ origin | join(',\n        ') }}
    from spell
    where closed_date is not null
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'rtt_ended_untreated' as event_type,
        untreated_date as event_date,
        {{ origin | join(',\n        ') }}
    from spell
    where untreated_date is not null
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'rows_quarantined' as event_type,
        received_date as event_date,
        {{ origin | join(',\n        ') }}
    from spell
    where is_incomplete
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'help_started' as event_type,
        help_started_date as event_date,
        {{ origin | join(',\n        ') }}
    from help
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        case attendance_role
            when 'attended' then 'contact_attended'
            when 'not_brought' then 'contact_not_brought'
            when 'cancelled' then 'contact_cancelled'
            else 'contact_unknown'
        end as event_type,
        contact_date as event_date,
        {{ origin | join(',\n        ') }}
    from contact
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'assessment_given' as event_type,
        contact_date as event_date,
        {{ origin | join(',\n        ') }}
    from contact
    where is_assessment
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        'treatment_given' as event_type,
        contact_date as event_date,
        {{ origin | join(',\n        ') }}
    from contact
    where is_treatment
    union all
    select
        spell_id as case_id,
        {{ who | join(',\n        ') }},
        event_type,
        event_date,
        {{ origin | join(',\n        ') }}
    from milestone
)

select
    {{ surrogate_key([
        'dated.source_feed', 'dated.case_id', 'dated.service', 'dated.event_type', 'dated.event_date',
        'dated.submission_id', 'dated.source_row'
    ]) }} as event_id,
    dated.person_key,
    dated.case_id,
    dated.pathway,
    dated.service,
    dated.tier,
    dated.event_type,
    dated.event_date,
    dated.provider_id,
    case
        when basis.area_basis = 'maintaining' then dated.provider_id
        else coalesce(person.residence_area_id, 'unknown')
    end as area_id,
    coalesce(basis.area_basis, 'residence') as area_basis,
    dated.source_feed,
    dated.source_row,
    dated.submission_id
from dated
left join {{ ref('dim_person') }} as person on dated.person_key = person.person_key
left join basis on dated.service = basis.service
where dated.event_date is not null
