-- The figures of every family, one beside the other.
with measured as (
    select * from {{ ref('metric_quarterly__ehc') }}
    union all
    select * from {{ ref('metric_quarterly__waits') }}
    union all
    select * from {{ ref('metric_quarterly__activity') }}
    union all
    select * from {{ ref('metric_quarterly__cohort') }}
    union all
    select * from {{ ref('metric_quarterly__pathway') }}
    union all
    select * from {{ ref('metric_quarterly__education') }}
    union all
    select * from {{ ref('metric_quarterly__returns') }}
    union all
    select * from {{ ref('metric_quarterly__register') }}
)

select
    metric_id,
    metric_version,
    metric_name,
    topic,
    area_id,
    area_code,
    area_name,
    geographic_level,
    quarter,
    time_window,
    service,
    tier,
    breakdown_topic,
    breakdown,
    numerator,
    denominator,
    value,
    unit,
    polarity,
    value_lower,
    value_upper,
    value_status,
    suppression,
    target_type,
    target_value,
    target_due_date,
    brag,
    direction,
    spc_variation,
    spc_assurance,
    dq_grade,
    dq_reason,
    source_feeds
from measured
