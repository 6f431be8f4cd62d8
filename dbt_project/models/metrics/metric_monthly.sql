select
    measured.metric_id,
    measured.metric_version,
    measured.metric_name,
    measured.topic,
    measured.area_id,
    measured.area_code,
    measured.area_name,
    measured.geographic_level,
    measured.quarter,
    measured.month,
    measured.time_window,
    measured.service,
    measured.tier,
    measured.breakdown_topic,
    measured.breakdown,
    measured.numerator,
    measured.denominator,
    measured.value,
    measured.unit,
    measured.polarity,
    measured.value_status,
    measured.suppression,
    measured.dq_reason,
    measured.source_feeds
from (
    select * from {{ ref('metric_monthly__waits') }}
    union all
    select * from {{ ref('metric_monthly__ehc') }}
) as measured
