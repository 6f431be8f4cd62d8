with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
)

select
    rollup.area_id as member_area_id,
    rollup.rollup_id as area_id,
    true as is_rollup
from {{ ref('area_rollup') }} as rollup
cross join parameter
where rollup.valid_from <= parameter.as_of and coalesce(rollup.valid_to >= parameter.as_of, true)
union all
select
    area.area_id as member_area_id,
    area.area_id,
    false as is_rollup
from {{ ref('area') }} as area
where area.area_id not in (select rollup.rollup_id from {{ ref('area_rollup') }} as rollup)
