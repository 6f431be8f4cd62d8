with member as (
    select * from {{ ref('int_therapy__spell_member') }}
),

spell as (
    select * from {{ ref('int_therapy__spell') }}
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
        contact.submission_id,
        contact.source_row
    from member
    inner join {{ ref('int_therapy__contact') }} as contact
        on
            member.provider_id = contact.provider_id
            and member.service_request_id = contact.service_request_id
            and member.service = contact.service
),

rtt as (
    select
        rtt_record.*,
        {{ latest_record(['partner_id', 'service_request_id', 'patient_pathway_id', 'start_date']) }} as record_rank
    from {{ ref('stg_csds__rtt') }} as rtt_record
),

-- A referral that joined a running spell keeps a case of its own, which ends the day it joined: the row is kept, the
-- wait is not.
dated as (
    select
        case when is_spell_head then spell_id else referral_key end as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'referral_received' as event_type,
        received_date as event_date,
        submission_id,
        source_row
    from member
    union all
    select
        referral_key as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'referral_joined_spell' as event_type,
        received_date as event_date,
        submission_id,
        source_row
    from member
    where not is_spell_head
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        case
            when is_nullified then 'first_appointment_missed_discharged'
            when is_rejected then 'referral_rejected'
            else 'referral_closed'
        end as event_type,
        closed_date as event_date,
        submission_id,
        source_row
    from spell
    where closed_date is not null
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'rtt_ended_untreated' as event_type,
        untreated_date as event_date,
        submission_id,
        source_row
    from spell
    where untreated_date is not null
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'rows_quarantined' as event_type,
        received_date as event_date,
        submission_id,
        source_row
    from spell
    where is_incomplete
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        case attendance_role
            when 'attended' then 'contact_attended'
            when 'not_brought' then 'contact_not_brought'
            when 'cancelled' then 'contact_cancelled'
            else 'contact_unknown'
        end as event_type,
        contact_date as event_date,
        submission_id,
        source_row
    from contact
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'assessment_given' as event_type,
        contact_date as event_date,
        submission_id,
        source_row
    from contact
    where is_assessment
    union all
    select
        spell_id as case_id,
        person_key,
        pathway,
        service,
        tier,
        provider_id,
        'treatment_given' as event_type,
        contact_date as event_date,
        submission_id,
        source_row
    from contact
    where is_treatment
    union all
    select
        member.spell_id as case_id,
        member.person_key,
        member.pathway,
        member.service,
        member.tier,
        member.provider_id,
        'rtt_treated' as event_type,
        rtt.end_date as event_date,
        rtt.submission_id,
        rtt.source_row
    from rtt
    inner join {{ ref('rtt_status_role') }} as rtt_status_role on rtt.rtt_status = rtt_status_role.rtt_status
    inner join member on rtt.partner_id = member.provider_id and rtt.service_request_id = member.service_request_id
    where rtt.record_rank = 1 and rtt_status_role.role = 'treated'
)

select
    {{ surrogate_key([
        "'csds'", 'dated.case_id', 'dated.event_type', 'dated.event_date', 'dated.submission_id', 'dated.source_row'
    ]) }} as event_id,
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
    'csds' as source_feed,
    dated.source_row,
    dated.submission_id
from dated
left join {{ ref('dim_person') }} as person on dated.person_key = person.person_key
where dated.event_date is not null
