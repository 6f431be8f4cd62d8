-- The cohort ends at the 26th birthday, and with death.
{{ config(meta={'dagster': {'ref': {'name': 'mart_send_cohort'}}}) }}
select
    cohort.person_key,
    person.age_years
from {{ ref('mart_send_cohort') }} as cohort
inner join {{ ref('dim_person') }} as person on cohort.person_key = person.person_key
where person.is_aged_out or person.is_deceased
