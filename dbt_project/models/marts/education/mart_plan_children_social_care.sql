with parameter as (
    select quarter from {{ ref('stg_submission__run_parameter') }}
),

plan as (
    select
        plan.area_id,
        plan.person_key
    from {{ ref('int_ehc__plan') }} as plan
    inner join {{ ref('dim_person') }} as person
        on plan.person_key = person.person_key and not person.is_aged_out and not person.is_deceased
    where plan.is_in_force
),

supported as (
    select distinct pupil.person_key
    from {{ ref('int_education__pupil') }} as pupil
    inner join {{ ref('sen_provision') }} as provision
        on pupil.sen_provision = provision.provision_code and provision.sen_provision = 'sen_support'
    where pupil.is_counted
),

known as (
    {%- for status, flag in [
        ('child_in_need', 'is_open'), ('child_protection', 'has_protection_plan'),
        ('looked_after', 'is_looked_after'), ('looked_after_12_months', 'is_looked_after_12_months'),
    ] %}
    select
        '{{ status }}' as care_status,
        area_id,
        person_key
    from {{ ref('int_education__social_care') }}
    where {{ flag }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

child as (
    select distinct
        member.area_id,
        known.care_status,
        known.person_key
    from known
    inner join {{ ref('int_reference__area_member') }} as member on known.area_id = member.member_area_id
),

counted as (
    select
        child.area_id,
        child.care_status,
        count(*) as child_count,
        {{ count_if('plan.person_key is not null') }} as with_plan_count,
        {{ count_if('plan.person_key is null and supported.person_key is not null') }} as with_sen_support_count,
        {{ count_if('member.area_id is not null') }} as own_plan_count
    from child
    left join plan on child.person_key = plan.person_key
    left join supported on child.person_key = supported.person_key
    left join {{ ref('int_reference__area_member') }} as member
        on plan.area_id = member.member_area_id and child.area_id = member.area_id
    group by child.area_id, child.care_status
),

plan_count as (
    select
        member.area_id,
        count(*) as plan_count
    from plan
    inner join {{ ref('int_reference__area_member') }} as member on plan.area_id = member.member_area_id
    group by member.area_id
),

stated as (
    select
        parameter.quarter,
        supply.area_id,
        status.care_status,
        status.care_status_name,
        census.supply_status = 'supplied' as has_census,
        supply.feed as source_feed,
        supply.told_on,
        case when supply.supply_status <> 'supplied' then supply.supply_status else plans.supply_status end
            as supply_status,
        nullif(concat_ws('; ', supply.reason, plans.reason), '') as reason
    from {{ ref('int_education__supply') }} as supply
    cross join parameter
    inner join {{ ref('care_status') }} as status on supply.feed = status.feed
    inner join {{ ref('int_education__supply') }} as plans on supply.area_id = plans.area_id and plans.feed = 'sen2'
    inner join {{ ref('int_education__supply') }} as census
        on supply.area_id = census.area_id and census.feed = 'school_census'
)

select
    stated.quarter,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    stated.care_status,
    stated.care_status_name,
    stated.source_feed,
    stated.told_on,
    {%- for count in ['counted.child', 'counted.with_plan', 'counted.own_plan', 'plan_count.plan'] %}
    cast(case when stated.supply_status = 'supplied' then coalesce({{ count }}_count, 0) end as bigint)
        as {{ count.split('.')[1] }}_count,
    {%- endfor %}
    cast(
        case
            when stated.supply_status = 'supplied' and stated.has_census
                then coalesce(counted.with_sen_support_count, 0)
        end as bigint
    ) as with_sen_support_count,
    case when stated.supply_status = 'supplied' then {{ pct('counted.with_plan_count', 'counted.child_count') }} end
        as with_plan_pct,
    case
        when stated.supply_status = 'supplied'
            then {{ pct('coalesce(counted.own_plan_count, 0)', 'plan_count.plan_count') }}
    end as share_of_plans_pct,
    -- Of whom a reader could learn something: those with a plan, those without, all.
    cast(
        case
            when stated.supply_status = 'supplied'
                then
                    coalesce(
                        least(
                            nullif(counted.child_count, 0),
                            nullif(counted.with_plan_count, 0),
                            case when stated.has_census then nullif(counted.with_sen_support_count, 0) end,
                            nullif(counted.own_plan_count, 0),
                            nullif(counted.child_count - counted.with_plan_count, 0)
                        ),
                        0
                    )
            else 0
        end as bigint
    ) as least_child_count,
    stated.supply_status,
    stated.reason,
    'none' as suppression
from stated
inner join {{ ref('area') }} as area on stated.area_id = area.area_id
left join counted on stated.area_id = counted.area_id and stated.care_status = counted.care_status
left join plan_count on stated.area_id = plan_count.area_id
