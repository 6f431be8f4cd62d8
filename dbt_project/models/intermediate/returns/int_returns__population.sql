-- Rates by residence need people by area, and by district where the file has districts. A roll-up is the sum of its
-- areas.
with estimate as (
    select
        mid_year as year,
        area_type,
        area_code,
        age,
        people
    from {{ ref('stg_population__estimate') }}
    where sex = 'Persons' and people is not null
),

placed as (
    select
        area.area_id,
        'Total' as district,
        estimate.age,
        estimate.year,
        estimate.people
    from estimate
    inner join {{ ref('area') }} as area on estimate.area_code = area.area_code
    where estimate.area_type = 'Local authority'
    union all
    select
        district.area_id,
        district.district_name as district,
        estimate.age,
        estimate.year,
        estimate.people
    from estimate
    inner join {{ ref('district_area') }} as district on estimate.area_code = district.district_code
    where estimate.area_type = 'District'
),

part as (
    select
        area_id,
        count(*) as part_count
    from {{ ref('int_reference__area_member') }}
    where is_rollup
    group by area_id
),

-- A whole of which a part is missing is not given.
rolled_up as (
    select
        member.area_id,
        'Total' as district,
        placed.age,
        placed.year,
        sum(placed.people) as people
    from placed
    inner join {{ ref('int_reference__area_member') }} as member
        on placed.area_id = member.member_area_id and member.is_rollup
    inner join part on member.area_id = part.area_id
    where placed.district = 'Total'
    group by member.area_id, placed.age, placed.year
    having count(*) = max(part.part_count)
)

select
    area_id,
    district,
    age,
    year,
    cast(people as bigint) as people
from placed
union all
select
    area_id,
    district,
    age,
    year,
    cast(people as bigint) as people
from rolled_up
