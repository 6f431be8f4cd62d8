-- What the evidence that stands says of a child. Figures of waits and of plans are broken down by it: they rest on this
-- and not on the mart, which may be withheld without them.
with evidence as (
    select
        *,
        -- One maintaining authority at a time: a plan before a request, then the later start (rules 7.10).
        row_number() over (
            partition by person_key, case when maintaining_area_id is null then 1 else 0 end
            order by
                strength_rank asc, coalesce(from_date, date '1900-01-01') desc, maintaining_area_id, evidence_key asc
        ) as maintaining_rank
    from {{ ref('mart_send_cohort_evidence') }}
    where is_counted
),

-- A move is seen in evidence that no longer stands, too.
moved as (
    select
        person_key,
        count(distinct maintaining_area_id) > 1 as has_moved_authority
    from {{ ref('mart_send_cohort_evidence') }}
    where maintaining_area_id is not null and is_current
    group by person_key
),

child as (
    select
        person_key,
        min(strength_rank) as strength_rank,
        max(case when evidence_type = 'ehcp' then 1 else 0 end) = 1 as has_ehcp,
        max(case when evidence_type = 'ehc_in_progress' then 1 else 0 end) = 1 as has_ehc_in_progress,
        max(case when evidence_type = 'health_referral' then 1 else 0 end) = 1 as has_health_referral,
        max(case when maintaining_area_id is not null and maintaining_rank = 1 then maintaining_area_id end)
            as maintaining_area_id,
        max(case when evidence_type = 'sen_support' then 1 else 0 end) = 1 as has_sen_support,
        max(case when evidence_type = 'diagnosis' then 1 else 0 end) = 1 as has_diagnosis,
        max(case when evidence_type = 'disability' then 1 else 0 end) = 1 as has_disability,
        max(case when evidence_type = 'ehcp' and maintaining_rank = 1 then primary_need end) as plan_need,
        min(case when evidence_type = 'sen_support' then primary_need end) as school_need,
        count(*) as evidence_count,
        count(distinct service) as health_service_count,
        count(distinct case when evidence_type in ('health_referral', 'diagnosis') then partner_id end)
            as health_provider_count
    from evidence
    group by person_key
),

plan_need as (
    select
        person_key,
        min(secondary_need) as secondary_need
    from {{ ref('int_ehc__plan') }}
    where is_in_force
    group by person_key
)

select
    child.person_key,
    case child.strength_rank
        when 1 then 'ehcp' when 2 then 'sen_support' when 3 then 'ehc_in_progress' else 'health_or_care'
    end as cohort_tier,
    child.has_ehcp,
    child.has_sen_support,
    child.has_ehc_in_progress,
    child.has_health_referral,
    child.has_diagnosis,
    child.has_disability,
    child.evidence_count,
    coalesce(child.plan_need, child.school_need, 'Not known') as primary_need,
    plan_need.secondary_need,
    case when child.plan_need is not null then 'sen2' when child.school_need is not null then 'school_census' end
        as need_source,
    child.health_service_count,
    child.health_provider_count,
    -- By residence, which is what a population divides by; by maintaining authority where residence is outside or
    -- unknown; by school where residence is unknown and SEN support is all that is known.
    coalesce(area.area_id, child.maintaining_area_id, school_area.area_id, 'unknown') as area_id,
    case
        when area.area_id is not null then 'residence'
        when child.maintaining_area_id is not null then 'maintaining'
        when school_area.area_id is not null then 'school'
        else 'unknown'
    end as area_basis,
    -- Three areas, each with its own source, and never mixed in one ratio (rules 7.10).
    coalesce(person.residence_area_id, 'unknown') as residence_area_id,
    person.residence_source,
    school.area_id as school_area_id,
    school.source_feed as school_source,
    child.maintaining_area_id,
    case when child.maintaining_area_id is not null then 'sen2' end as maintaining_source,
    coalesce(moved.has_moved_authority, false) as has_moved_authority
from child
left join plan_need on child.person_key = plan_need.person_key
left join {{ ref('dim_person') }} as person on child.person_key = person.person_key
left join {{ ref('area') }} as area
    on person.residence_area_id = area.area_id and area.geographic_level = 'Local authority'
left join moved on child.person_key = moved.person_key
left join {{ ref('mart_person_authority') }} as school
    on child.person_key = school.person_key and school.basis = 'school' and school.is_current
left join {{ ref('area') }} as school_area
    on
        school.area_id = school_area.area_id
        and child.has_sen_support
        and coalesce(person.residence_area_id, 'unknown') = 'unknown'
