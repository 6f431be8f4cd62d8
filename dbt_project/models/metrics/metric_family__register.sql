with parameter as (
    select quarter from {{ ref('stg_submission__run_parameter') }}
),

-- Two areas may share a service or a dataset: in their roll-up it counts once.
counted as (
    select
        requirement.metric_id,
        requirement.service,
        member.area_id,
        count(distinct case when statement.is_counted then statement.counted_id end) as counted_count,
        count(distinct statement.counted_id) as stated_count
    from {{ ref('metric_requirement') }} as requirement
    inner join {{ ref('int_register__statement') }} as statement
        on requirement.required_service = statement.subject and requirement.feed = statement.feed
    inner join {{ ref('int_reference__area_member') }} as member on statement.area_id = member.member_area_id
    group by requirement.metric_id, requirement.service, member.area_id
)

select
    counted.metric_id,
    counted.area_id,
    parameter.quarter,
    series.time_window,
    counted.service,
    series.tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(counted.counted_count as double precision) as numerator,
    case when definition.unit = 'pct' then cast(counted.stated_count as double precision) end as denominator,
    case
        when definition.unit = 'pct' then {{ pct('counted.counted_count', 'counted.stated_count') }}
        else cast(counted.counted_count as double precision)
    end as value
from counted
inner join {{ ref('metric_definition') }} as definition on counted.metric_id = definition.metric_id
inner join {{ ref('metric_series') }} as series
    on
        counted.metric_id = series.metric_id
        and counted.service = series.service
        and series.grain = 'quarterly'
cross join parameter
