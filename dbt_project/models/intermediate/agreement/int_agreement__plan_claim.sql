with parameter as (
    select
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

claim as (
    select
        plan.person_key,
        plan.area_id,
        max(case when plan.is_active then 1 else 0 end) = 1 as is_active,
        max(case when plan.is_in_force then 1 else 0 end) = 1 as is_in_force,
        -- A plan without a start is one that was taken over or is older than the return.
        min(coalesce(plan.start_date, date '1900-01-01')) < min(parameter.quarter_start) as is_older_than_quarter,
        max(case when plan.is_in_force then plan.primary_need end) as primary_need,
        max(case when plan.is_in_force then plan.secondary_need end) as secondary_need
    from {{ ref('int_ehc__plan') }} as plan
    cross join parameter
    where
        coalesce(plan.start_date <= parameter.quarter_end, true)
        and coalesce(plan.cease_date >= parameter.quarter_start, true)
    group by plan.person_key, plan.area_id
)

select
    claim.person_key,
    claim.area_id,
    claim.is_active,
    claim.is_in_force,
    claim.is_older_than_quarter,
    claim.primary_need,
    claim.secondary_need,
    case when person.residence_area_id = 'unknown' then claim.area_id else person.residence_area_id end as home_area_id
from claim
inner join {{ ref('dim_person') }} as person on claim.person_key = person.person_key
where not person.is_aged_out and not person.is_deceased
