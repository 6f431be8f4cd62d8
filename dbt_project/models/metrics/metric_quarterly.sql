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
    -- What the figure is at least and at most, however the doubtful links and pairs are settled (decision 0010).
    case when measured.value is not null then coalesce(bound.value_lower, measured.value) end as value_lower,
    case when measured.value is not null then coalesce(bound.value_upper, measured.value) end as value_upper,
    case
        when measured.value is null then null
        when bound.group_count is not null then 'doubtful_links'
        -- The clocks of a council's own cases are its cases', whoever the child is.
        when definition.metric_class <> 'P' then 'no_doubt'
        when definition.family = 'ehc' and measured.breakdown_topic = 'Total' then 'no_doubt'
        when measure.doubt is not null and measured.breakdown_topic = 'Total' then 'no_doubt'
        else 'not_worked_out'
    end as bounds_basis,
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
    on
        measured.metric_id = benchmark.metric_id
        and measured.area_id = benchmark.area_id
        and measured.breakdown_topic = 'Total'
left join {{ ref('metric_definition') }} as definition
    on measured.metric_id = definition.metric_id and measured.metric_version = definition.metric_version
left join {{ ref('metric_measure') }} as measure on definition.measure = measure.measure
left join {{ ref('int_doubt__bound') }} as bound
    on
        measured.metric_id = bound.metric_id
        and measured.area_id = bound.area_id
        and measured.time_window = bound.time_window
        and measured.service = bound.service
        and measured.tier = 'Total'
        and measured.breakdown_topic = 'Total'
