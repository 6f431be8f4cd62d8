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

sorted as (
    select
        child.area_id,
        child.care_status,
        child.person_key,
        plan.person_key is not null as has_plan,
        member.area_id is not null as has_own_plan,
        plan.person_key is null and supported.person_key is not null as has_sen_support
    from child
    left join plan on child.person_key = plan.person_key
    left join supported on child.person_key = supported.person_key
    left join {{ ref('int_reference__area_member') }} as member
        on plan.area_id = member.member_area_id and child.area_id = member.area_id
),

counted as (
    {%- for provision, condition in [
        ('Total', 'true'), ('ehcp', 'has_plan'), ('ehcp_of_area', 'has_own_plan'), ('sen_support', 'has_sen_support'),
    ] %}
    select
        area_id,
        care_status,
        '{{ provision }}' as sen_provision,
        {{ count_if(condition) }} as child_count,
        count(*) as known_count
    from sorted
    group by area_id, care_status
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
        status.sen_provision,
        supply.feed as source_feed,
        supply.told_on,
        case
            when supply.supply_status <> 'supplied' then supply.supply_status
            when plans.supply_status <> 'supplied' then plans.supply_status
            when status.sen_provision = 'sen_support' then census.supply_status
            else 'supplied'
        end as supply_status,
        nullif(
            concat_ws(
                '; ', supply.reason, plans.reason, case when status.sen_provision = 'sen_support' then census.reason end
            ),
            ''
        ) as reason
    from {{ ref('int_education__supply') }} as supply
    cross join parameter
    inner join {{ ref('care_status') }} as status on supply.feed = status.feed
    inner join {{ ref('int_education__supply') }} as plans on supply.area_id = plans.area_id and plans.feed = 'sen2'
    inner join {{ ref('int_education__supply') }} as census
        on supply.area_id = census.area_id and census.feed = 'school_census'
),

figure as (
    select
        stated.*,
        case when stated.supply_status = 'supplied' then coalesce(counted.child_count, 0) end as child_count,
        case
            when stated.supply_status = 'supplied' and stated.sen_provision = 'ehcp_of_area'
                then coalesce(plan_count.plan_count, 0)
            when stated.supply_status = 'supplied' then coalesce(counted.known_count, 0)
        end as whole_count
    from stated
    left join counted
        on
            stated.area_id = counted.area_id
            and stated.care_status = counted.care_status
            and stated.sen_provision = counted.sen_provision
    left join plan_count on stated.area_id = plan_count.area_id
)

select
    figure.quarter,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    figure.care_status,
    figure.care_status_name,
    figure.source_feed,
    figure.told_on,
    figure.sen_provision,
    cast(figure.child_count as bigint) as child_count,
    cast(figure.whole_count as bigint) as whole_count,
    {{ pct('figure.child_count', 'figure.whole_count') }} as share_pct,
    -- Of whom a reader could learn something: those counted, those not counted, all.
    cast(
        coalesce(
            least(
                nullif(figure.child_count, 0),
                nullif(figure.whole_count - figure.child_count, 0),
                nullif(figure.whole_count, 0)
            ),
            0
        ) as bigint
    ) as least_child_count,
    figure.supply_status,
    figure.reason,
    'none' as suppression
from figure
inner join {{ ref('area') }} as area on figure.area_id = area.area_id
