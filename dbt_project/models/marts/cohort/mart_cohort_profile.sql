{%- set bases = {'residence': 'residence_area_id', 'school': 'school_area_id', 'maintaining': 'maintaining_area_id'} -%}
-- Each child by each of its three areas, which are never mixed in one figure (rules 7.10).
with placed as (
    {%- for basis, column in bases.items() %}
    select
        '{{ basis }}' as area_basis,
        {{ column }} as member_area_id,
        cohort_tier,
        primary_need,
        agency_count
    from {{ ref('mart_send_cohort') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

grouped as (
    {%- for level in [[], ['cohort_tier'], ['primary_need'], ['cohort_tier', 'primary_need']] %}
    select
        placed.area_basis,
        member.area_id,
        {%- for column in ['cohort_tier', 'primary_need'] %}
        {{ 'placed.' ~ column if column in level else "'Total'" }} as {{ column }},
        {%- endfor %}
        count(*) as cohort_count,
        {{ count_if('placed.agency_count >= 2') }} as two_count,
        {{ count_if('placed.agency_count = 3') }} as three_count
    from placed
    inner join {{ ref('int_reference__area_member') }} as member on placed.member_area_id = member.member_area_id
    group by
        placed.area_basis, member.area_id{% for column in level %},
        placed.{{ column }}{% endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- One row for each count, so that a small one hides itself only.
counted as (
    {%- for agencies, count in [
        ('Total', 'cohort_count'), ('two_or_more', 'two_count'), ('three', 'three_count'),
    ] %}
    select
        area_basis,
        area_id,
        cohort_tier,
        primary_need,
        '{{ agencies }}' as agencies,
        {{ count }} as child_count,
        cohort_count
    from grouped
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    parameter.quarter,
    counted.area_basis,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    counted.cohort_tier,
    counted.primary_need,
    counted.agencies,
    cast(counted.child_count as bigint) as child_count,
    cast(counted.cohort_count as bigint) as cohort_count,
    {{ pct('counted.child_count', 'counted.cohort_count') }} as share_pct,
    -- Of whom a reader could learn something: those counted, those not counted, all.
    cast(
        least(
            coalesce(nullif(counted.child_count, 0), counted.cohort_count),
            coalesce(nullif(counted.cohort_count - counted.child_count, 0), counted.cohort_count)
        ) as bigint
    ) as least_child_count,
    'none' as suppression
from counted
cross join {{ ref('stg_submission__run_parameter') }} as parameter
inner join {{ ref('area') }} as area on counted.area_id = area.area_id
