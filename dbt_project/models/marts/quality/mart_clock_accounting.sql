-- One reason for each clock that does not count, so that counted and left out together are all.
{%- set reasons = ['counted', 'not_started', 'nullified', 'excepted'] + left_out_flags() %}
with judged as (
    select
        clock.clock_id,
        clock.area_id,
        clock.person_key,
        {{ left_out_by('clock', 'rule') }} as reason
    from {{ ref('fct_clock') }} as clock
    inner join {{ ref('clock_rule') }} as rule
        on
            clock.clock_id = rule.clock_id
            and clock.start_date >= rule.valid_from
            and clock.start_date <= rule.valid_to
),

tallied as (
    select
        clock_id,
        area_id,
        reason,
        count(*) as case_count,
        count(distinct person_key) as child_count
    from judged
    group by clock_id, area_id, reason
),

everything as (
    select
        clock_id,
        area_id,
        pathway,
        'all' as reason,
        count(*) as case_count,
        count(distinct person_key) as child_count
    from {{ ref('fct_clock') }}
    group by clock_id, area_id, pathway
),

listed as (
    {%- for reason in ['all'] + reasons %}
    select
        {{ loop.index0 }} as reason_order,
        '{{ reason }}' as reason
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    parameter.quarter,
    everything.clock_id,
    everything.pathway,
    everything.area_id,
    listed.reason,
    cast(listed.reason_order as integer) as reason_order,
    {%- for column in ['case_count', 'child_count'] %}
    cast(
        case
            when listed.reason = 'all' then everything.{{ column }} else coalesce(tallied.{{ column }}, 0)
        end as bigint
    ) as {{ column }},
    {%- endfor %}
    'none' as suppression
from everything
cross join listed
cross join {{ ref('stg_submission__run_parameter') }} as parameter
left join tallied
    on
        everything.clock_id = tallied.clock_id
        and everything.area_id = tallied.area_id
        and listed.reason = tallied.reason
