{%- set group = ['metric_id', 'time_window', 'service', 'group_key'] %}
{%- set cell = group + ['area_id'] -%}
-- Plain SQL over three tables, so that the property test can run it over worlds of its own.
with unit as (
    select * from {{ ref('int_doubt__unit') }}
),

cell_group as (
    select
        {{ group | join(',\n        ') }},
        max(case when is_area_fixed then 1 else 0 end) = 1 as is_area_fixed
    from unit
    group by {{ group | join(', ') }}
),

cell_person as (
    select
        {{ keys_of('cell_group', group) }},
        cell_group.is_area_fixed,
        doubt.person_key,
        doubt.most_children,
        person.residence_area_id
    from cell_group
    inner join {{ ref('int_doubt__person') }} as doubt on cell_group.group_key = doubt.group_key
    left join {{ ref('dim_person') }} as person on doubt.person_key = person.person_key
),

-- Where the child may be counted: where its units are and, unless they stay there, where anybody of the group lives.
place as (
    select
        {{ group | join(',\n        ') }},
        person_key,
        area_id
    from unit
    where area_id <> 'unknown'
    union
    select
        {{ group | join(',\n        ') }},
        person_key,
        residence_area_id as area_id
    from cell_person
    where not is_area_fixed and residence_area_id <> 'unknown'
),

-- Every reporting area that the group touches.
target as (
    select distinct
        {{ keys_of('place', group) }},
        member.area_id
    from place
    inner join {{ ref('int_reference__area_member') }} as member on place.area_id = member.member_area_id
),

placed as (
    select
        {{ keys_of('target', cell) }},
        place.person_key,
        max(case when member.area_id is not null then 1 else 0 end) as is_here,
        max(case when member.area_id is null then 1 else 0 end) as is_elsewhere
    from target
    inner join place
        on {{ same_keys('target', 'place', group) }}
    left join {{ ref('int_reference__area_member') }} as member
        on place.area_id = member.member_area_id and target.area_id = member.area_id
    group by
        {{ keys_of('target', cell) }}, place.person_key
),

counted as (
    select
        {{ keys_of('target', cell) }},
        unit.person_key,
        count(*) as unit_count,
        sum(case when unit.is_over_limit then 1 else 0 end) as over_count,
        sum(case when unit.is_over_limit then 0 else 1 end) as within_count,
        sum(case when member.area_id is not null then 1 else 0 end) as here_count,
        max(case when unit.is_counted and member.area_id is not null then 1 else 0 end) as is_counted_here,
        max(case when unit.is_counted and unit.is_over_limit and member.area_id is not null then 1 else 0 end)
            as is_over_here
    from target
    inner join unit
        on {{ same_keys('target', 'unit', group) }}
    left join {{ ref('int_reference__area_member') }} as member
        on unit.area_id = member.member_area_id and target.area_id = member.area_id
    group by
        {{ keys_of('target', cell) }}, unit.person_key
)

select
    {{ keys_of('target', cell) }},
    cell_person.is_area_fixed,
    max(coalesce(placed.is_elsewhere, 0)) = 1 as is_spread,
    sum(coalesce(counted.is_counted_here, 0)) as counted_now,
    sum(coalesce(counted.is_over_here, 0)) as over_now,
    -- The most children that the group's units and records could be parted into.
    sum(least(coalesce(counted.unit_count, 0), cell_person.most_children)) as most_counted,
    sum(least(coalesce(counted.here_count, 0), cell_person.most_children)) as most_counted_here,
    sum(case when placed.is_here = 1 then cell_person.most_children else 0 end) as most_here,
    sum(least(coalesce(counted.over_count, 0), cell_person.most_children)) as most_over,
    sum(
        least(
            coalesce(counted.within_count, 0),
            cell_person.most_children - case when counted.over_count > 0 then 1 else 0 end
        )
    ) as most_within
from target
inner join cell_person
    on {{ same_keys('target', 'cell_person', group) }}
left join placed
    on
        {{ same_keys('target', 'placed', cell) }}
        and cell_person.person_key = placed.person_key
left join counted
    on
        {{ same_keys('target', 'counted', cell) }}
        and cell_person.person_key = counted.person_key
group by
    {{ keys_of('target', cell) }},
    cell_person.is_area_fixed
