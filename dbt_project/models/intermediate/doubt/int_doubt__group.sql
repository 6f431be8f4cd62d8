-- Plain SQL over three tables, so that the property test can run it over worlds of its own.
with unit as (
    select * from {{ ref('int_doubt__unit') }}
),

cell_group as (
    select
        metric_id,
        time_window,
        service,
        group_key,
        max(case when is_area_fixed then 1 else 0 end) = 1 as is_area_fixed
    from unit
    group by metric_id, time_window, service, group_key
),

cell_person as (
    select
        cell_group.metric_id,
        cell_group.time_window,
        cell_group.service,
        cell_group.group_key,
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
        metric_id,
        time_window,
        service,
        group_key,
        person_key,
        area_id
    from unit
    where area_id <> 'unknown'
    union
    select
        metric_id,
        time_window,
        service,
        group_key,
        person_key,
        residence_area_id as area_id
    from cell_person
    where not is_area_fixed and residence_area_id <> 'unknown'
),

-- Every reporting area that the group touches.
target as (
    select distinct
        place.metric_id,
        place.time_window,
        place.service,
        place.group_key,
        member.area_id
    from place
    inner join {{ ref('int_reference__area_member') }} as member on place.area_id = member.member_area_id
),

placed as (
    select
        target.metric_id,
        target.time_window,
        target.service,
        target.group_key,
        target.area_id,
        place.person_key,
        max(case when member.area_id is not null then 1 else 0 end) as is_here,
        max(case when member.area_id is null then 1 else 0 end) as is_elsewhere
    from target
    inner join place
        on
            target.metric_id = place.metric_id
            and target.time_window = place.time_window
            and target.service = place.service
            and target.group_key = place.group_key
    left join {{ ref('int_reference__area_member') }} as member
        on place.area_id = member.member_area_id and target.area_id = member.area_id
    group by
        target.metric_id, target.time_window, target.service, target.group_key, target.area_id, place.person_key
),

counted as (
    select
        target.metric_id,
        target.time_window,
        target.service,
        target.group_key,
        target.area_id,
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
        on
            target.metric_id = unit.metric_id
            and target.time_window = unit.time_window
            and target.service = unit.service
            and target.group_key = unit.group_key
    left join {{ ref('int_reference__area_member') }} as member
        on unit.area_id = member.member_area_id and target.area_id = member.area_id
    group by
        target.metric_id, target.time_window, target.service, target.group_key, target.area_id, unit.person_key
)

select
    target.metric_id,
    target.time_window,
    target.service,
    target.group_key,
    target.area_id,
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
    on
        target.metric_id = cell_person.metric_id
        and target.time_window = cell_person.time_window
        and target.service = cell_person.service
        and target.group_key = cell_person.group_key
left join placed
    on
        target.metric_id = placed.metric_id
        and target.time_window = placed.time_window
        and target.service = placed.service
        and target.group_key = placed.group_key
        and target.area_id = placed.area_id
        and cell_person.person_key = placed.person_key
left join counted
    on
        target.metric_id = counted.metric_id
        and target.time_window = counted.time_window
        and target.service = counted.service
        and target.group_key = counted.group_key
        and target.area_id = counted.area_id
        and cell_person.person_key = counted.person_key
group by
    target.metric_id,
    target.time_window,
    target.service,
    target.group_key,
    target.area_id,
    cell_person.is_area_fixed
