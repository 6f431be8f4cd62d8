with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

-- Where a child was last said to live stands until somebody says otherwise: one whose records in use give no address
-- has not moved. mart_person_authority says the same (19 children of an all-feeds home were unknown here and had a
-- span there).
residence as (
    select
        person_key,
        area_id,
        residence_source,
        row_number() over (partition by person_key order by from_date desc) as newest_rank
    from {{ ref('stg_identity__person_residence') }}
)

select
    person.person_key,
    person.birth_month,
    cast(person.age_years as integer) as age_years,
    coalesce(age_band.age_band, 'Not in scope') as age_band,
    person.sex,
    person.ethnicity,
    coalesce(ethnicity_group.ethnicity_major, 'Unknown') as ethnicity_major,
    coalesce(person.residence_area_id, residence.area_id, 'unknown') as residence_area_id,
    coalesce(person.residence_source, residence.residence_source) as residence_source,
    person.residence_district_code,
    person.residence_lsoa,
    person.deprivation_decile,
    person.deprivation_source,
    coalesce(person.age_years >= 26, false) as is_aged_out,
    -- A plan may run to the end of the academic year in which the young person turns 25 (rules 7.10).
    coalesce(
        {{ add_months('person.birth_month', 300) }} >= {{ academic_year_start('parameter.as_of') }}
        and {{ add_months('person.birth_month', 300) }}
        < {{ add_months(academic_year_start('parameter.as_of'), 12) }},
        false
    ) as is_25_in_final_year,
    coalesce(person.is_deceased, false) as is_deceased
from {{ ref('stg_identity__person') }} as person
cross join parameter
left join residence on person.person_key = residence.person_key and residence.newest_rank = 1
left join {{ ref('ethnicity_group') }} as ethnicity_group on person.ethnicity = ethnicity_group.ethnicity
left join {{ ref('age_band') }} as age_band
    on person.age_years >= age_band.from_age and person.age_years <= age_band.to_age
