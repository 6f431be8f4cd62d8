{%- set figure = ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'breakdown_topic', 'breakdown'] -%}
with parameter as (
    select substring(cast(quarter_end as varchar), 1, 7) as last_month from {{ ref('stg_submission__run_parameter') }}
),

-- The chart of flows is of months, and tells of the quarter and of the year to date alike.
chart as (
    select
        spc.*,
        case when spc.time_window = 'month' then 'quarter|calendar_ytd|month_mean|rolling_12m' else spc.time_window end
            as of_windows
    from {{ ref('metric_spc') }} as spc
    inner join parameter on spc.month = parameter.last_month
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
    brag.brag,
    brag.brag_basis,
    brag.direction,
    brag.direction_basis,
    case when measured.value is not null then chart.variation end as spc_variation,
    case when measured.value is not null then chart.assurance end as spc_assurance,
    case
        when measured.value is null or chart.variation is null then null
        when chart.is_trial then 'trial_limits'
        else 'limits'
    end as spc_basis,
    worst.grade as dq_grade,
    -- Why there is no figure says it all; beside a figure stands what is weakest about it.
    nullif(
        concat_ws(
            '; ',
            measured.dq_reason,
            case
                when measured.value_status in ('withheld', 'not_supplied') or worst.grade = 'A' then null
                when worst.grade = 'D' then 'unreliable, grade D by ' || worst.score_words
                else 'grade ' || worst.grade || ' by ' || worst.score_words
            end,
            case when measured.value is not null then worst.alert end
        ), ''
    ) as dq_reason,
    benchmark.england_value,
    benchmark.neighbours_value,
    benchmark.region_value,
    benchmark.benchmark_period,
    measured.source_feeds
from {{ ref('metric_measured') }} as measured
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
left join {{ ref('metric_brag') }} as brag
    on {{ same_keys('measured', 'brag', figure) }}
left join chart
    on
        {{ same_keys('measured', 'chart', figure[:2] + figure[3:]) }}
        and {{ in_pipe_list('measured.time_window', 'chart.of_windows') }}
left join {{ ref('mart_metric_grade') }} as worst
    on
        {{ same_keys('measured', 'worst', figure[:5]) }}
        and worst.is_worst
