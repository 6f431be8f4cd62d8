-- What is known without anybody's sending it: what the service catalogue states, service by service, and which datasets
-- were due. What no document says is no row, and so neither yes nor no.
with parameter as (
    select
        quarter_end,
        {{ freeze_date('quarter_end') }} as freeze_date
    from {{ ref('stg_submission__run_parameter') }}
),

in_force as (
    select catalogue.*
    from {{ ref('service_catalogue') }} as catalogue
    cross join parameter
    where
        catalogue.valid_from <= parameter.quarter_end
        and coalesce(catalogue.valid_to >= parameter.quarter_end, true)
),

-- One dataset may be due for several services of an area.
due as (
    select
        status.area_id,
        status.feed || ' of ' || status.partner_id as dataset,
        max(
            case
                when
                    status.submission_status = 'supplied'
                    and cast(status.received_at as date) <= parameter.freeze_date
                    then 1
                else 0
            end
        ) = 1 as is_on_time
    from {{ ref('mart_submission_status') }} as status
    cross join parameter
    group by status.area_id, status.feed, status.partner_id
)

select
    area_id,
    'service_catalogue' as feed,
    service_id as counted_id,
    'joint_commissioning' as subject,
    is_joint as is_counted
from in_force
where is_joint is not null
union all
select
    area_id,
    'service_catalogue' as feed,
    service_id as counted_id,
    'seamless_' || pathway as subject,
    in_seamless_pathway as is_counted
from in_force
where in_seamless_pathway is not null
union all
select
    in_force.area_id,
    'service_catalogue' as feed,
    in_force.service_id as counted_id,
    'quality_rating' as subject,
    rating.is_good as is_counted
from in_force
inner join {{ ref('quality_rating') }} as rating on in_force.quality_rating = rating.quality_rating
union all
select
    area_id,
    'pipeline' as feed,
    dataset as counted_id,
    'dataset_due' as subject,
    is_on_time as is_counted
from due
