-- What the service catalogue states, service by service. What no document says is no row, and so neither yes nor no.
with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
),

in_force as (
    select catalogue.*
    from {{ ref('service_catalogue') }} as catalogue
    cross join parameter
    where
        catalogue.valid_from <= parameter.quarter_end
        and coalesce(catalogue.valid_to >= parameter.quarter_end, true)
)

select
    area_id,
    service_id,
    'joint_commissioning' as subject,
    is_joint as is_counted
from in_force
where is_joint is not null
union all
select
    area_id,
    service_id,
    'seamless_' || pathway as subject,
    in_seamless_pathway as is_counted
from in_force
where in_seamless_pathway is not null
union all
select
    in_force.area_id,
    in_force.service_id,
    'quality_rating' as subject,
    rating.is_good as is_counted
from in_force
inner join {{ ref('quality_rating') }} as rating on in_force.quality_rating = rating.quality_rating
