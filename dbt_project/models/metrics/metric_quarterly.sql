with measured as (
    select * from {{ ref('metric_quarterly__ehc') }}
    union all
    select * from {{ ref('metric_quarterly__waits') }}
    union all
    select * from {{ ref('metric_quarterly__activity') }}
    union all
    select * from {{ ref('metric_quarterly__cohort') }}
)

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
    measured.value_lower,
    measured.value_upper,
    measured.value_status,
    measured.suppression,
    measured.target_type,
    measured.target_value,
    measured.target_due_date,
    measured.brag,
    measured.direction,
    measured.spc_variation,
    measured.spc_assurance,
    measured.dq_grade,
    measured.dq_reason,
    benchmark.england_value,
    benchmark.neighbours_value,
    benchmark.benchmark_period,
    measured.source_feeds
from measured
left join {{ ref('metric_benchmark') }} as benchmark
    on measured.metric_id = benchmark.metric_id and measured.area_id = benchmark.area_id
