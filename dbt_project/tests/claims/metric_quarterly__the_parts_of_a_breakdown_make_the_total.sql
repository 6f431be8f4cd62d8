-- Every child is in one part of each breakdown, so that the parts of a person-level count add up to its total.
{{ config(meta={'dagster': {'ref': {'name': 'metric_quarterly'}}}) }}
with part as (
    select
        metric.metric_id,
        metric.area_id,
        metric.time_window,
        metric.service,
        metric.tier,
        metric.breakdown_topic,
        sum(metric.numerator) as numerator
    from {{ ref('metric_quarterly') }} as metric
    inner join {{ ref('metric_breakdown') }} as asked
        on metric.metric_id = asked.metric_id and metric.breakdown_topic = asked.breakdown_topic
    group by
        metric.metric_id, metric.area_id, metric.time_window, metric.service, metric.tier, metric.breakdown_topic
)

select
    part.metric_id,
    part.area_id,
    part.breakdown_topic,
    part.numerator,
    whole.numerator as total
from part
inner join {{ ref('metric_quarterly') }} as whole
    on
        part.metric_id = whole.metric_id
        and part.area_id = whole.area_id
        and part.time_window = whole.time_window
        and part.service = whole.service
        and part.tier = whole.tier
        and whole.breakdown_topic = 'Total'
where part.numerator <> whole.numerator
