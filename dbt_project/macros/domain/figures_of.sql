{#
    The figures of counted units: totals, and the breakdowns that the seed metric_breakdown asks for, from one scan. `units` is a relation (metric_id, area_id,
    period, time_window, service, tier, person_key, part, whole, amount): what is in the numerator, in the denominator, and averaged. What
    is made of them is the statistic of the metric's measure. Breakdowns are of the child at the quarter's end; every child has one value
    in each, so that the values add up to the total.
#}
{% macro figures_of(units, period_column, topics=none) %}
{%- set topics = breakdown_topics() if topics is none else topics %}
{%- set cell = ['metric_id', 'area_id', 'period', 'time_window', 'service', 'tier'] -%}
{%- if topics %}
-- What each metric is cut by; an area of one district is its district.
topic as (
    select
        metric_id,
        breakdown_topic
    from {{ ref('metric_breakdown') }}
    union all
    select distinct
        metric_id,
        'Total' as breakdown_topic
    from {{ ref('metric_definition') }}
),

many_districts as (
    select member.area_id
    from {{ ref('district_area') }} as place
    inner join {{ ref('int_reference__area_member') }} as member on place.area_id = member.member_area_id
    group by member.area_id
    having count(*) > 1
),
{%- endif %}

described as (
    select
        {{ keys_of('unit', cell) }},
        unit.part,
        unit.whole,
        unit.amount,
        {%- if topics %}
        topic.breakdown_topic,
        case topic.breakdown_topic
            {%- for topic in topics %}
            when '{{ topic }}' then coalesce(trait.{{ topic }}, '{{ topic_unknown(topic) }}')
            {%- endfor %}
            else 'Total'
        end as breakdown
        {%- else %}
        'Total' as breakdown_topic,
        'Total' as breakdown
        {%- endif %}
    from {{ units }} as unit
    {%- if topics %}
    inner join topic on unit.metric_id = topic.metric_id
    left join {{ ref('int_person__trait') }} as trait on unit.person_key = trait.person_key
    where topic.breakdown_topic <> 'district' or unit.area_id in (select many_districts.area_id from many_districts)
    {%- endif %}
),

summed as (
    select
        {{ cell | join(',\n        ') }},
        breakdown_topic,
        breakdown,
        sum(part) as part,
        sum(whole) as whole,
        count(*) as unit_count,
        -- Whole days are added, then turned into weeks: a sum of fractions depends on its order.
        {{ weeks('sum(amount)') }} as total_weeks,
        {{ weeks(percentile('amount', 0.5)) }} as median_weeks,
        {{ weeks(percentile('amount', 0.92)) }} as p92_weeks
    from described
    group by {{ cell | join(', ') }}, breakdown_topic, breakdown
),

-- A mix has the whole cell below the line: what share of the plans a need has.
shared as (
    select
        summed.*,
        measure.statistic,
        reporting_window.month_count,
        threshold.value as least_count,
        max(case when summed.breakdown_topic = 'Total' then summed.part end) over (
            partition by {{ keys_of('summed', cell) }}
        ) as cell_part
    from summed
    inner join {{ ref('metric_definition') }} as definition on summed.metric_id = definition.metric_id
    inner join {{ ref('metric_measure') }} as measure on definition.measure = measure.measure
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'min_percentile_count'
    inner join {{ ref('int_reference__window') }} as reporting_window
        on
            summed.period = reporting_window.period
            and summed.time_window = reporting_window.time_window
)

select
    metric_id,
    area_id,
    period as {{ period_column }},
    time_window,
    service,
    tier,
    breakdown_topic,
    breakdown,
    cast(
        case statistic
            when 'mean' then total_weeks
            when 'median' then null
            when 'p92' then null
            else part
        end as double precision
    ) as numerator,
    cast(
        case statistic
            when 'count' then null
            when 'month_mean' then null
            when 'mix' then cell_part
            when 'share' then whole
            when 'rate' then whole
            when 'growth' then whole
            when 'ratio' then whole
            else unit_count
        end as double precision
    ) as denominator,
    cast(
        case statistic
            when 'count' then part
            when 'month_mean' then {{ safe_divide('part', 'month_count') }}
            when 'share' then {{ pct('part', 'whole') }}
            when 'mix' then {{ pct('part', 'cell_part') }}
            when 'growth' then {{ pct('part - whole', 'whole') }}
            when 'ratio' then {{ safe_divide('part', 'whole') }}
            when 'rate' then 1000 * {{ safe_divide('part', 'whole') }}
            when 'mean' then {{ safe_divide('total_weeks', 'unit_count') }}
            -- No percentile of fewer than ten (rules 7.2).
            when 'median' then case when unit_count >= least_count then median_weeks end
            when 'p92' then case when unit_count >= least_count then p92_weeks end
        end as double precision
    ) as value
from shared
{%- endmacro %}

{# What a child is broken down by: columns of int_person__trait. #}
{% macro breakdown_topics() %}{{ return(['age_band', 'sex', 'ethnicity_major', 'primary_need', 'sen_provision', 'district']) }}{% endmacro %}

{# What a child of whom nothing is known is counted under. #}
{% macro topic_unknown(topic) %}{{ return('Unknown' if topic in ('sex', 'ethnicity_major') else 'No SEN provision' if topic == 'sen_provision' else 'Not known') }}{% endmacro %}
