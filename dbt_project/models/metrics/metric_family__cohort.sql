with parameter as (
    select quarter from {{ ref('stg_submission__run_parameter') }}
),

counted as (
    select
        member.area_id,
        count(distinct cohort.person_key) as child_count
    from {{ ref('mart_send_cohort') }} as cohort
    inner join {{ ref('int_reference__area_member') }} as member on cohort.area_id = member.member_area_id
    group by member.area_id
)

select
    'send_cohort_count' as metric_id,
    counted.area_id,
    parameter.quarter,
    'snapshot' as time_window,
    'Total' as service,
    'Total' as tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(counted.child_count as double) as numerator,
    cast(null as double) as denominator,
    cast(counted.child_count as double) as value
from counted
cross join parameter
