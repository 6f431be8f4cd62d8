with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

evidence as (
    select
        plan.person_key,
        'ehcp' as evidence_type,
        1 as strength_rank,
        plan.plan_id as evidence_id,
        plan.area_id as maintaining_area_id,
        plan.area_id as partner_id,
        cast(null as varchar) as service,
        plan.start_date as from_date,
        plan.cease_date as to_date,
        plan.primary_need,
        plan.is_active as is_current,
        plan.is_superseded,
        'sen2' as source_feed,
        plan.submission_id
    from {{ ref('int_ehc__plan') }} as plan
    union all
    select
        clock.person_key,
        'ehc_in_progress' as evidence_type,
        3 as strength_rank,
        clock.case_id as evidence_id,
        clock.area_id as maintaining_area_id,
        clock.provider_id as partner_id,
        cast(null as varchar) as service,
        clock.start_date as from_date,
        coalesce(clock.stop_date, clock.end_date) as to_date,
        cast(null as varchar) as primary_need,
        clock.status = 'open' and not clock.is_historical and not clock.is_impossible as is_current,
        false as is_superseded,
        'sen2' as source_feed,
        ehc_case.submission_id
    from {{ ref('fct_clock__ehc') }} as clock
    inner join {{ ref('int_ehc__case') }} as ehc_case on clock.case_id = ehc_case.case_id
    where clock.clock_id = 'ehc_plan_20w_inc'
    union all
    select
        spell.person_key,
        'health_referral' as evidence_type,
        4 as strength_rank,
        spell.spell_id as evidence_id,
        cast(null as varchar) as maintaining_area_id,
        spell.provider_id as partner_id,
        spell.service,
        spell.received_date as from_date,
        spell.closed_date as to_date,
        cast(null as varchar) as primary_need,
        spell.received_date <= parameter.as_of
        and coalesce(spell.closed_date > parameter.as_of, true)
        and not spell.is_rejected as is_current,
        false as is_superseded,
        spell.source_feed,
        spell.submission_id
    from {{ ref('int_pathway__spell') }} as spell
    inner join {{ ref('service') }} as service on spell.service = service.service
    cross join parameter
    where service.is_send_listed
    union all
    -- The newest census says so on its day; when SEN support began is not told.
    select
        pupil.person_key,
        'sen_support' as evidence_type,
        2 as strength_rank,
        pupil.pupil_key as evidence_id,
        cast(null as varchar) as maintaining_area_id,
        pupil.area_id as partner_id,
        cast(null as varchar) as service,
        cast(null as date) as from_date,
        cast(null as date) as to_date,
        pupil.primary_need,
        true as is_current,
        false as is_superseded,
        'school_census' as source_feed,
        pupil.submission_id
    from {{ ref('int_education__pupil') }} as pupil
    inner join {{ ref('sen_provision') }} as provision
        on pupil.sen_provision = provision.provision_code and provision.sen_provision = 'sen_support'
    where pupil.person_key is not null
    union all
    -- Autism and learning disability last; a diagnosis without a day was made before it was sent.
    select
        diagnosis.person_key,
        'diagnosis' as evidence_type,
        4 as strength_rank,
        diagnosis.diagnosis_key as evidence_id,
        cast(null as varchar) as maintaining_area_id,
        diagnosis.partner_id,
        cast(null as varchar) as service,
        diagnosis.diagnosis_date as from_date,
        cast(null as date) as to_date,
        cast(null as varchar) as primary_need,
        coalesce(diagnosis.diagnosis_date <= parameter.as_of, true) as is_current,
        false as is_superseded,
        diagnosis.source_feed,
        diagnosis.submission_id
    from {{ ref('int_person__diagnosis') }} as diagnosis
    cross join parameter
    union all
    select
        care.person_key,
        'disability' as evidence_type,
        4 as strength_rank,
        care.area_id || ' ' || care.person_key as evidence_id,
        cast(null as varchar) as maintaining_area_id,
        care.area_id as partner_id,
        cast(null as varchar) as service,
        cast(null as date) as from_date,
        cast(null as date) as to_date,
        cast(null as varchar) as primary_need,
        true as is_current,
        false as is_superseded,
        'cin' as source_feed,
        care.disability_submission_id as submission_id
    from {{ ref('int_education__social_care') }} as care
    where care.has_disability
)

select
    {{ surrogate_key(['evidence.evidence_type', 'evidence.evidence_id']) }} as evidence_key,
    evidence.person_key,
    evidence.evidence_type,
    evidence.strength_rank,
    evidence.maintaining_area_id,
    evidence.partner_id,
    evidence.service,
    evidence.from_date,
    evidence.to_date,
    evidence.primary_need,
    evidence.is_current,
    evidence.is_superseded,
    coalesce(person.is_aged_out, false) as is_aged_out,
    coalesce(person.is_deceased, false) as is_deceased,
    evidence.is_current
    and not evidence.is_superseded
    and not coalesce(person.is_aged_out, false)
    and not coalesce(person.is_deceased, false) as is_counted,
    evidence.source_feed,
    evidence.submission_id
from evidence
left join {{ ref('dim_person') }} as person on evidence.person_key = person.person_key
