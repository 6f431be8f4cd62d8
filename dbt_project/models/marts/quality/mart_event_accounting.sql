-- Which events lie behind the clocks, and how many submissions told of them: what `sendjc explain` walks back to.
select
    parameter.quarter,
    event.area_id,
    event.pathway,
    event.service,
    event.event_type,
    count(*) as event_count,
    count(distinct event.person_key) as child_count,
    count(distinct event.submission_id) as submission_count,
    'none' as suppression
from {{ ref('fct_event') }} as event
cross join {{ ref('stg_submission__run_parameter') }} as parameter
group by parameter.quarter, event.area_id, event.pathway, event.service, event.event_type
