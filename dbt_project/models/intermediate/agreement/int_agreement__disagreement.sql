with plan as (
    select * from {{ ref('int_agreement__plan_claim') }}
),

supplied as (
    select
        area_id,
        source_id
    from {{ ref('int_agreement__supply') }}
    where supply_status = 'supplied'
),

-- What is said of an area that has not sent all that the kind needs is not judged at all.
judged as (
    select
        kind.kind,
        supply.area_id
    from {{ ref('disagreement_kind') }} as kind
    inner join {{ ref('int_agreement__supply') }} as supply
        on {{ in_pipe_list('supply.source_id', 'kind.needed_sources') }}
    group by kind.kind, supply.area_id
    having min(case when supply.supply_status = 'supplied' then 1 else 0 end) = 1
),

referred as (
    select distinct
        spell.person_key,
        spell.service
    from {{ ref('int_pathway__spell') }} as spell
    inner join {{ ref('stg_submission__run_parameter') }} as parameter on spell.received_date <= parameter.as_of
),

school_says_none as (
    select
        plan.area_id,
        plan.person_key,
        school.area_id as other_area_id
    from plan
    inner join {{ ref('int_agreement__school_claim') }} as school on plan.person_key = school.person_key
    inner join supplied on school.area_id = supplied.area_id and supplied.source_id = 'school_census'
    where plan.is_in_force and plan.is_older_than_quarter and not school.has_plan
),

council_says_none as (
    select
        school.area_id,
        school.person_key,
        school.home_area_id as other_area_id
    from {{ ref('int_agreement__school_claim') }} as school
    -- The council of the home answers for the child, if it has sent anything.
    inner join supplied on school.home_area_id = supplied.area_id and supplied.source_id = 'sen2'
    where school.has_plan and school.person_key not in (select plan.person_key from plan)
),

-- Whoever opted out of the use of health records has none here, like a child whom no provider knows.
in_health_use as (
    select distinct link.person_key
    from {{ ref('stg_identity__person_link') }} as link
    inner join {{ ref('sharing_agreement') }} as agreement on link.feed = agreement.feed
    where agreement.opt_out_applies
),

health_says_none as (
    select distinct
        case
            when in_health_use.person_key is null then 'no_health_record_in_use' else 'health_knows_no_referral'
        end as kind,
        plan.area_id,
        plan.person_key,
        plan.home_area_id as other_area_id
    from plan
    inner join {{ ref('need_service') }} as need
        on plan.primary_need = need.need_type or plan.secondary_need = need.need_type
    inner join supplied on plan.home_area_id = supplied.area_id and 'csds_' || need.service = supplied.source_id
    left join referred on plan.person_key = referred.person_key and need.service = referred.service
    left join in_health_use on plan.person_key = in_health_use.person_key
    where plan.is_in_force and plan.is_older_than_quarter and referred.person_key is null
),

two_councils as (
    select
        mine.area_id,
        mine.person_key,
        min(other.area_id) as other_area_id
    from plan as mine
    inner join plan as other on mine.person_key = other.person_key and mine.area_id <> other.area_id
    inner join supplied on other.area_id = supplied.area_id and supplied.source_id = 'sen2'
    where mine.is_active and other.is_active
    group by mine.area_id, mine.person_key
),

found as (
    select
        'la_says_plan_school_says_none' as kind,
        *
    from school_says_none
    union all
    select
        'school_says_plan_la_says_none' as kind,
        *
    from council_says_none
    union all
    select *
    from health_says_none
    union all
    select
        'two_las_claim_one_child' as kind,
        *
    from two_councils
)

select
    found.kind,
    found.area_id,
    found.person_key,
    found.other_area_id
from found
inner join judged on found.kind = judged.kind and found.area_id = judged.area_id
