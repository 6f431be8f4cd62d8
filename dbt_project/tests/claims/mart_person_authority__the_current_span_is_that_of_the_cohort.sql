-- The two ways to the residence and to the maintaining authority at the quarter's end lead to one area, of every child.
{{ config(meta={'dagster': {'ref': {'name': 'mart_person_authority'}}}) }}
with stated as (
    select
        person_key,
        'residence' as basis,
        nullif(residence_area_id, 'unknown') as area_id
    from {{ ref('mart_send_cohort') }}
    union all
    select
        person_key,
        'maintaining' as basis,
        maintaining_area_id as area_id
    from {{ ref('mart_send_cohort') }}
)

select
    stated.person_key,
    stated.basis,
    span.area_id
from stated
left join {{ ref('mart_person_authority') }} as span
    on stated.person_key = span.person_key and stated.basis = span.basis and span.is_current
where stated.area_id is distinct from span.area_id
