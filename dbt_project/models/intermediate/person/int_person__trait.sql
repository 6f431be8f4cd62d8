-- In the words of the DfE's standard for open data (rules 7.6), so that no table spells them in its own way.
select
    person.person_key,
    person.age_band,
    case person.sex when 'M' then 'Male' when 'F' then 'Female' else 'Unknown' end as sex,
    person.ethnicity_major,
    coalesce(cohort.primary_need, 'Not known') as primary_need,
    case
        when cohort.has_ehcp then 'Education, health and care plan'
        when cohort.has_sen_support then 'SEN support / SEN without an EHC plan'
        else 'No SEN provision'
    end as sen_provision,
    coalesce(district.district_name, 'Not known') as district
from {{ ref('dim_person') }} as person
left join {{ ref('int_cohort__child') }} as cohort on person.person_key = cohort.person_key
left join {{ ref('district_area') }} as district on person.residence_district_code = district.district_code
