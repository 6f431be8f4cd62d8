select
    source.person_key,
    source.birth_month,
    source.age_years,
    source.sex,
    source.ethnicity,
    source.residence_area_id,
    source.residence_source,
    source.residence_district_code,
    source.residence_lsoa,
    source.deprivation_decile,
    source.deprivation_source,
    source.is_deceased
from {{ source('raw', 'person') }} as source
