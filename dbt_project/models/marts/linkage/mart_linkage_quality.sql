{#- Breakdown -> the column that tells its groups. -#}
{%- set breakdowns = {
    'Total': "'Total'", 'partner': 'partner_id', 'feed': 'feed', 'sex': 'sex', 'ethnicity_major': 'ethnicity_major',
    'age_band': 'age_band', 'residence_area': 'residence_area_id',
    'deprivation_decile': 'deprivation_decile',
} -%}
with grouped as (
    {%- for topic, column in breakdowns.items() %}
    select
        '{{ topic }}' as breakdown_topic,
        {{ column }} as breakdown,
        person_key,
        link_class,
        match_probability,
        is_in_doubt,
        is_matched,
        missed_links
    from {{ ref('int_linkage__record') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

missed as (
    select
        breakdown_topic,
        breakdown,
        sum(missed_links) as missed_links
    from (
        select distinct
            breakdown_topic,
            breakdown,
            person_key,
            missed_links
        from grouped
    ) as child
    group by breakdown_topic, breakdown
),

counted as (
    select
        breakdown_topic,
        breakdown,
        count(*) as record_count,
        count(distinct person_key) as child_count,
        count(distinct case when is_matched then person_key end) as matched_count,
        sum(case when link_class = 'deterministic' then 1 else 0 end) as deterministic_count,
        sum(case when link_class = 'scored' then 1 else 0 end) as scored_count,
        sum(case when link_class = 'clerical' then 1 else 0 end) as clerical_count,
        sum(case when is_in_doubt then 1 else 0 end) as in_doubt_count,
        sum(case when link_class <> 'alone' then 1 else 0 end) as link_count,
        sum(case when link_class <> 'alone' then match_probability else 0 end) as right_links
    from grouped
    group by breakdown_topic, breakdown
),

measured as (
    select
        counted.*,
        round(cast({{ pct('counted.right_links', 'counted.link_count') }} as double precision), 3)
            as precision_estimated_pct,
        round(
            cast({{ pct('counted.right_links', '(counted.right_links + missed.missed_links)') }} as double precision), 3
        ) as recall_estimated_pct
    from counted
    inner join missed on counted.breakdown_topic = missed.breakdown_topic and counted.breakdown = missed.breakdown
),

-- The best group that is large enough for its figure to mean anything.
best as (
    select
        breakdown_topic,
        max(precision_estimated_pct) as precision_estimated_pct,
        max(recall_estimated_pct) as recall_estimated_pct
    from measured
    where child_count >= 10
    group by breakdown_topic
)

select
    parameter.quarter,
    measured.breakdown_topic,
    measured.breakdown,
    cast(measured.record_count as bigint) as record_count,
    cast(measured.child_count as bigint) as child_count,
    cast(measured.matched_count as bigint) as matched_count,
    cast({{ pct('measured.matched_count', 'measured.child_count') }} as double precision) as match_rate_pct,
    cast(measured.deterministic_count as bigint) as deterministic_count,
    cast({{ pct('measured.deterministic_count', 'measured.record_count') }} as double precision) as deterministic_pct,
    cast(measured.scored_count as bigint) as scored_count,
    cast({{ pct('measured.scored_count', 'measured.record_count') }} as double precision) as scored_pct,
    cast(measured.clerical_count as bigint) as clerical_count,
    cast({{ pct('measured.clerical_count', 'measured.record_count') }} as double precision) as clerical_pct,
    cast(measured.in_doubt_count as bigint) as in_doubt_count,
    cast({{ pct('measured.in_doubt_count', 'measured.record_count') }} as double precision) as in_doubt_pct,
    measured.precision_estimated_pct,
    measured.recall_estimated_pct,
    cast(best.precision_estimated_pct - measured.precision_estimated_pct as double precision) as precision_gap_points,
    cast(best.recall_estimated_pct - measured.recall_estimated_pct as double precision) as recall_gap_points,
    'none' as suppression
from measured
cross join {{ ref('stg_submission__run_parameter') }} as parameter
left join best on measured.breakdown_topic = best.breakdown_topic
