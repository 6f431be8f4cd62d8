with family as (
    select * from {{ ref('metric_family__ehc') }}
    union all
    select * from {{ ref('metric_family__waits') }}
    union all
    select * from {{ ref('metric_family__activity') }}
    union all
    select * from {{ ref('metric_family__cohort') }}
)

-- A count for which nobody is found is nought; it may still have an upper bound.
select
    series.metric_id,
    series.time_window,
    series.service,
    series.area_id,
    series.unit,
    family.numerator,
    family.denominator,
    case when series.unit = 'count' then coalesce(family.value, 0) else family.value end as value
from {{ ref('int_reference__metric_series') }} as series
left join family
    on
        series.metric_id = family.metric_id
        and series.area_id = family.area_id
        and series.time_window = family.time_window
        and series.service = family.service
        and series.tier = family.tier
        and family.breakdown_topic = 'Total'
where series.grain = 'quarterly' and series.tier = 'Total'
