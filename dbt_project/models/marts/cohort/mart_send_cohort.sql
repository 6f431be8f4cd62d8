-- Known to any council's social care; of whom none has sent a return, nothing is known.
with care as (
    select
        person_key,
        max(case when is_open or has_protection_plan then 1 else 0 end) = 1 as is_child_in_need,
        max(case when is_looked_after then 1 else 0 end) = 1 as is_looked_after
    from {{ ref('int_education__social_care') }}
    group by person_key
),

agency as (
    select
        child.*,
        coalesce(care.is_child_in_need, false) as is_child_in_need,
        coalesce(care.is_looked_after, false) as is_looked_after,
        child.has_ehcp or child.has_ehc_in_progress or child.has_sen_support as is_known_to_education,
        child.has_health_referral or child.has_diagnosis as is_known_to_health,
        child.has_disability or coalesce(care.is_child_in_need or care.is_looked_after, false)
            as is_known_to_social_care
    from {{ ref('int_cohort__child') }} as child
    left join care on child.person_key = care.person_key
)

select
    parameter.quarter,
    child.person_key,
    child.cohort_tier,
    child.has_ehcp,
    child.has_sen_support,
    child.has_ehc_in_progress,
    child.has_health_referral,
    child.has_diagnosis,
    child.has_disability,
    child.evidence_count,
    child.primary_need,
    child.secondary_need,
    child.need_source,
    child.is_child_in_need,
    child.is_looked_after,
    child.is_known_to_education,
    child.is_known_to_health,
    child.is_known_to_social_care,
    cast(
        case when child.is_known_to_education then 1 else 0 end
        + case when child.is_known_to_health then 1 else 0 end
        + case when child.is_known_to_social_care then 1 else 0 end as integer
    ) as agency_count,
    child.health_service_count,
    child.health_provider_count,
    child.area_id,
    child.area_basis,
    child.residence_area_id,
    child.residence_source,
    child.school_area_id,
    child.school_source,
    child.maintaining_area_id,
    child.maintaining_source,
    child.has_moved_authority,
    person.age_years,
    coalesce(person.age_band, 'Not known') as age_band,
    coalesce(person.is_25_in_final_year, false) as is_25_in_final_year,
    coalesce(person.sex, 'U') as sex,
    coalesce(person.ethnicity_major, 'Unknown') as ethnicity_major
from agency as child
cross join {{ ref('stg_submission__run_parameter') }} as parameter
left join {{ ref('dim_person') }} as person on child.person_key = person.person_key
