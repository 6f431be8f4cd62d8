select
    source.mid_year,
    source.area_type,
    source.region_code,
    source.area_code,
    source.area_name,
    source.county_code,
    source.sex,
    source.age,
    -- A marker stands where no estimate is published: that is no nought.
    try_cast(source.population as bigint) as people,
    {{ sent_with('source') }}
from {{ source('raw', 'population_estimate') }} as source
