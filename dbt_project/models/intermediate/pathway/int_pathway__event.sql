{%- set who = ['person_key', 'pathway', 'service', 'tier', 'provider_id'] %}
{%- set origin = ['source_feed', 'submission_id', 'source_row'] %}
{#- Which rows tell of which event, on what day. A case is the spell's, unless `case_id` says another. -#}
{%- set told_by = [
    {
        'rows': 'member', 'event': "'referral_received'", 'day': 'received_date',
        'case_id': 'case when is_spell_head then spell_id else referral_key end',
    },
    {
        'rows': 'member', 'event': "'referral_joined_spell'", 'day': 'received_date', 'case_id': 'referral_key',
        'where': 'not is_spell_head',
    },
    {'rows': 'member', 'event': "'referral_accepted'", 'day': 'accepted_date'},
    {
        'rows': 'spell', 'day': 'closed_date',
        'event': "case when is_nullified then 'first_appointment_missed_discharged'"
        ~ " when is_rejected then 'referral_rejected' else 'referral_closed' end",
    },
    {'rows': 'spell', 'event': "'rtt_ended_untreated'", 'day': 'untreated_date'},
    {'rows': 'spell', 'event': "'rows_quarantined'", 'day': 'received_date', 'where': 'is_incomplete'},
    {'rows': 'help', 'event': "'help_started'", 'day': 'help_started_date'},
    {
        'rows': 'contact', 'day': 'contact_date',
        'event': "case attendance_role when 'attended' then 'contact_attended'"
        ~ " when 'not_brought' then 'contact_not_brought' when 'cancelled' then 'contact_cancelled'"
        ~ " else 'contact_unknown' end",
    },
    {'rows': 'contact', 'event': "'assessment_given'", 'day': 'contact_date', 'where': 'is_assessment'},
    {'rows': 'contact', 'event': "'treatment_given'", 'day': 'contact_date', 'where': 'is_treatment'},
    {'rows': 'milestone', 'event': 'event_type', 'day': 'event_date'},
] -%}
-- What happens to a spell as a whole is of its first referral's service; a contact, of the service that it names; a
-- milestone, of every service of its referral, because no feed says for which.
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

-- Two referrals of a spell may tell of one thing, as a care plan that ran for both: the spell has it once.
milestone as (
    select distinct
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
    -- A diagnosis of before the referral is what the child came with, not what the referral led to.
    where milestone.event_type <> 'diagnosis_made' or milestone.event_date >= member.received_date
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
    {%- for told in told_by %}
    select
        {{ told.case_id or 'spell_id' }} as case_id,
        {{ who | join(',\n        ') }},
        {{ told.event }} as event_type,
        {{ told.day }} as event_date,
        {{ origin | join(',\n        ') }}
    from {{ told.rows }}
    where {{ told.day }} is not null{{ ' and ' ~ told.where if told.where }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    dated.person_key,
    dated.case_id,
    dated.pathway,
    dated.service,
    dated.tier,
    dated.event_type,
    dated.event_date,
    dated.provider_id,
    coalesce(person.residence_area_id, 'unknown') as area_id,
    'residence' as area_basis,
    dated.source_feed,
    dated.source_row,
    dated.submission_id
from dated
left join {{ ref('dim_person') }} as person on dated.person_key = person.person_key
