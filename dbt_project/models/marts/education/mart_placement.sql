with supply as (
    select
        sen2.area_id,
        sen2.supply_status,
        nullif(concat_ws('; ', sen2.reason, census.reason), '') as reason
    from {{ ref('int_education__supply') }} as sen2
    inner join {{ ref('int_education__supply') }} as census
        on sen2.area_id = census.area_id and census.feed = 'school_census'
    where sen2.feed = 'sen2'
),

-- With a sum of areas, a child placed with the other part of it is in the area.
placed as (
    select
        member.area_id,
        placement.setting_type,
        case when roll.is_rollup and placement.roll_area_id is not null then 'in_area' else placement.placed end
            as placed
    from {{ ref('int_education__placement') }} as placement
    inner join {{ ref('int_reference__area_member') }} as member on placement.area_id = member.member_area_id
    left join {{ ref('int_reference__area_member') }} as roll
        on placement.roll_area_id = roll.member_area_id and member.area_id = roll.area_id
),

grouped as (
    {%- for level in [[], ['setting_type'], ['placed'], ['setting_type', 'placed']] %}
    select
        area_id,
        {%- for column in ['setting_type', 'placed'] %}
        {{ column if column in level else "'Total' as " ~ column }},
        {%- endfor %}
        count(*) as child_count
    from placed
    group by area_id{% for column in level %}, {{ column }}{% endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    select
        *,
        sum(case when setting_type = 'Total' and placed = 'Total' then child_count else 0 end) over (
            partition by area_id
        ) as plan_count
    from grouped
)

select
    parameter.quarter,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    coalesce(counted.setting_type, 'Total') as setting_type,
    coalesce(counted.placed, 'Total') as placed,
    cast(counted.child_count as bigint) as child_count,
    cast(counted.plan_count as bigint) as plan_count,
    {{ pct('counted.child_count', 'counted.plan_count') }} as share_pct,
    supply.supply_status,
    supply.reason,
    'none' as suppression
from supply
cross join {{ ref('stg_submission__run_parameter') }} as parameter
inner join {{ ref('area') }} as area on supply.area_id = area.area_id
left join counted on supply.area_id = counted.area_id and supply.supply_status = 'supplied'
