-- The two ways to the residence and to the maintaining authority at the end of the quarter lead to one area.
{{ config(meta={'dagster': {'ref': {'name': 'mart_person_authority'}}}) }}
select
    cohort.person_key,
    span.basis,
    span.area_id
from {{ ref('mart_send_cohort') }} as cohort
left join {{ ref('mart_person_authority') }} as span
    on cohort.person_key = span.person_key and span.is_current and span.basis <> 'school'
where
    coalesce(
        case span.basis
            when 'residence' then span.area_id <> cohort.residence_area_id
            when 'maintaining' then span.area_id <> cohort.maintaining_area_id
            else cohort.residence_area_id <> 'unknown' or cohort.maintaining_area_id is not null
        end,
        true
    )
