-- What a plan is counted for: a mark is a reason to count it, named as the seed metric_measure names it.
with suspended as (
    select distinct person_key
    from {{ ref('int_education__pupil') }}
    where suspension_count > 0 and person_key is not null
),

known as (
    select person_key
    from {{ ref('int_education__social_care') }}
    group by person_key
    having max(case when is_open then 1 else 0 end) = 1
),

plan as (
    select
        plan.plan_id,
        plan.area_id,
        plan.person_key,
        plan.start_date,
        plan.is_transferred_in,
        plan.is_in_force and not coalesce(person.is_deceased, false) as in_force,
        coalesce(plan.has_personal_budget, false) as has_personal_budget,
        coalesce(placement.placed = 'out_of_area', false) as is_out_of_area,
        coalesce(placement.setting_type in ('special_school', 'sen_unit', 'resourced_provision'), false)
            as is_specialist_place,
        known.person_key is not null as is_child_in_need,
        suspended.person_key is not null as is_suspended
    from {{ ref('int_ehc__plan') }} as plan
    left join {{ ref('dim_person') }} as person on plan.person_key = person.person_key
    left join {{ ref('int_education__placement') }} as placement on plan.plan_id = placement.plan_id
    left join known on plan.person_key = known.person_key
    left join suspended on plan.person_key = suspended.person_key
)

{%- set marks = [
    ('in_force', 'in_force'),
    ('begun', 'start_date is not null and not is_transferred_in'),
    ('personal_budget', 'in_force and has_personal_budget'),
    ('out_of_area', 'in_force and is_out_of_area'),
    ('child_in_need', 'in_force and is_child_in_need'),
    ('suspended', 'in_force and is_suspended'),
    ('specialist_place', 'in_force and is_specialist_place'),
    ('increased_need', 'in_force and (is_out_of_area or is_child_in_need or is_suspended)'),
] %}
{%- for mark, condition in marks %}
select
    plan_id,
    '{{ mark }}' as mark,
    area_id,
    person_key,
    start_date
from plan
where {{ condition }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
