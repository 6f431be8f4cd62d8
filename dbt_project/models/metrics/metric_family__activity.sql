with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

seen as (
    select distinct
        member.area_id,
        event.service,
        event.person_key
    from {{ ref('int_pathway__event') }} as event
    inner join parameter
        on event.event_date >= parameter.quarter_start and event.event_date <= parameter.quarter_end
    inner join {{ ref('int_reference__area_member') }} as member on event.area_id = member.member_area_id
    left join {{ ref('dim_person') }} as person on event.person_key = person.person_key
    where event.event_type = 'contact_attended' and not coalesce(person.is_aged_out, false)
),

-- No total over the services: total less one service would tell how many children only the other one saw.
counted as (
    select
        area_id,
        service,
        count(distinct person_key) as child_count
    from seen
    group by area_id, service
)

select
    'cyp_accessing_count' as metric_id,
    counted.area_id,
    parameter.quarter,
    'quarter' as time_window,
    counted.service,
    'Total' as tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(counted.child_count as double) as numerator,
    cast(null as double) as denominator,
    cast(counted.child_count as double) as value
from counted
cross join parameter
