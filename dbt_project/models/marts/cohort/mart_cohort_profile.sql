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
    select
        placed.area_basis,
        member.area_id,
        case when grouping(placed.cohort_tier) = 1 then 'Total' else placed.cohort_tier end as cohort_tier,
        case when grouping(placed.primary_need) = 1 then 'Total' else placed.primary_need end as primary_need,
        count(*) as child_count,
        {{ count_if('placed.agency_count >= 2') }} as multi_agency_count,
        {{ count_if('placed.agency_count = 3') }} as three_agency_count
    from placed
    inner join {{ ref('int_reference__area_member') }} as member on placed.member_area_id = member.member_area_id
    group by
        grouping sets (
            (placed.area_basis, member.area_id),
            (placed.area_basis, member.area_id, placed.cohort_tier),
            (placed.area_basis, member.area_id, placed.primary_need),
            (placed.area_basis, member.area_id, placed.cohort_tier, placed.primary_need)
        )
)

select
    parameter.quarter,
    grouped.area_basis,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    grouped.cohort_tier,
    grouped.primary_need,
    cast(grouped.child_count as bigint) as child_count,
    cast(grouped.multi_agency_count as bigint) as multi_agency_count,
    cast(grouped.three_agency_count as bigint) as three_agency_count,
    {{ pct('grouped.multi_agency_count', 'grouped.child_count') }} as multi_agency_pct,
    cast(
        least(
            grouped.child_count,
            coalesce(nullif(grouped.multi_agency_count, 0), grouped.child_count),
            coalesce(nullif(grouped.three_agency_count, 0), grouped.child_count)
        ) as bigint
    ) as least_child_count,
    'none' as suppression
from grouped
cross join {{ ref('stg_submission__run_parameter') }} as parameter
inner join {{ ref('area') }} as area on grouped.area_id = area.area_id
