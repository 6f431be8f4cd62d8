-- A child who moved between authorities has one plan in force, in one of them.
select
    person_key,
    count(distinct area_id) as area_count
from {{ ref('int_ehc__plan') }}
where is_in_force
group by person_key
having count(*) > 1
