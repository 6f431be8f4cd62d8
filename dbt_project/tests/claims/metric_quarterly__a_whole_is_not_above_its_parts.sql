-- Children are counted once in a roll-up: it is at most the sum of its areas and at least the largest.
{{ config(meta={'dagster': {'ref': {'name': 'metric_quarterly'}}}) }}
with part as (
    select
        rollup.rollup_id as area_id,
        metric.metric_id,
        metric.time_window,
        metric.service,
        metric.tier,
        metric.breakdown_topic,
        metric.breakdown,
        sum(metric.value) as total,
        max(metric.value) as largest
    from {{ ref('metric_quarterly') }} as metric
    inner join {{ ref('area_rollup') }} as rollup on metric.area_id = rollup.area_id
    where metric.unit = 'count'
    group by
        rollup.rollup_id, metric.metric_id, metric.time_window, metric.service, metric.tier, metric.breakdown_topic,
        metric.breakdown
)

select
    whole.metric_id,
    whole.area_id,
    whole.value,
    part.total
from {{ ref('metric_quarterly') }} as whole
inner join part
    on
        whole.area_id = part.area_id
        and whole.metric_id = part.metric_id
        and whole.time_window = part.time_window
        and whole.service = part.service
        and whole.tier = part.tier
        and whole.breakdown_topic = part.breakdown_topic
        and whole.breakdown = part.breakdown
where
    -- Means of months are thirds, and do not add up to the last digit.
    (whole.value > part.total + 0.000001 or whole.value < part.largest - 0.000001)
    -- An area of one district is not cut by district, so its children are no part of the roll-up's.
    and whole.breakdown_topic <> 'district'
