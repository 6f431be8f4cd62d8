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
        max(case when evidence_type = 'ehcp' and maintaining_rank = 1 then primary_need end) as primary_need,
        count(*) as evidence_count
    from evidence
    group by person_key
)

select
    parameter.quarter,
    child.person_key,
    case child.strength_rank
        when 1 then 'ehcp' when 3 then 'ehc_in_progress' else 'health_only'
    end as cohort_tier,
    child.has_ehcp,
    child.has_ehc_in_progress,
    child.has_health_referral,
    child.evidence_count,
    coalesce(child.primary_need, 'Not known') as primary_need,
    -- By residence, which is what a population divides by; by maintaining authority where residence is outside or
    -- unknown.
    coalesce(area.area_id, child.maintaining_area_id, 'unknown') as area_id,
    case
        when area.area_id is not null then 'residence'
        when child.maintaining_area_id is not null then 'maintaining'
        else 'unknown'
    end as area_basis,
    -- Three areas, each with its own source, and never mixed in one ratio (rules 7.10).
    coalesce(person.residence_area_id, 'unknown') as residence_area_id,
    person.residence_source,
    school.area_id as school_area_id,
    school.source_feed as school_source,
    child.maintaining_area_id,
    case when child.maintaining_area_id is not null then 'sen2' end as maintaining_source,
    coalesce(moved.has_moved_authority, false) as has_moved_authority,
    person.age_years,
    coalesce(person.age_band, 'Not known') as age_band,
    coalesce(person.is_25_in_final_year, false) as is_25_in_final_year,
    coalesce(person.sex, 'U') as sex,
    coalesce(person.ethnicity_major, 'Unknown') as ethnicity_major
from child
cross join {{ ref('stg_submission__run_parameter') }} as parameter
left join {{ ref('dim_person') }} as person on child.person_key = person.person_key
left join {{ ref('area') }} as area
    on person.residence_area_id = area.area_id and area.geographic_level = 'Local authority'
left join moved on child.person_key = moved.person_key
left join {{ ref('mart_person_authority') }} as school
    on child.person_key = school.person_key and school.basis = 'school' and school.is_current
