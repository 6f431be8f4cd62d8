with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
),

-- One school that records a plan is enough: a second registration that lags behind contradicts nobody.
claim as (
    select
        pupil.person_key,
        min(pupil.area_id) as area_id,
        max(case when pupil.sen_provision = 'E' then 1 else 0 end) = 1 as has_plan
    from {{ ref('int_education__pupil') }} as pupil
    inner join parameter on pupil.census_period_end = parameter.quarter_end
    where pupil.is_main and pupil.sen_provision is not null
    group by pupil.person_key
)

select
    claim.person_key,
    claim.area_id,
    claim.has_plan,
    case when person.residence_area_id = 'unknown' then claim.area_id else person.residence_area_id end as home_area_id
from claim
inner join {{ ref('dim_person') }} as person on claim.person_key = person.person_key
where not person.is_aged_out and not person.is_deceased
