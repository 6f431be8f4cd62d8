with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

residence as (
    select
        person_key,
        'residence' as basis,
        area_id,
        1 as strength_rank,
        from_date,
        lead(from_date) over (partition by person_key order by from_date) as next_date,
        residence_source as source_feed
    from {{ ref('stg_identity__person_residence') }}
),

-- A plan is maintained from its start to the day before it ceased; of two that are active the one in force stands.
plan as (
    select
        person_key,
        'maintaining' as basis,
        area_id,
        case when is_superseded then 2 else 1 end as strength_rank,
        start_date as from_date,
        cease_date as next_date,
        'sen2' as source_feed
    from {{ ref('int_ehc__plan') }}
),

request as (
    select
        person_key,
        'maintaining' as basis,
        area_id,
        3 as strength_rank,
        start_date as from_date,
        coalesce(stop_date, end_date) as next_date,
        'sen2' as source_feed
    from {{ ref('fct_clock__ehc') }}
    where clock_id = 'ehc_plan_20w_inc' and status <> 'not_started' and not is_historical and not is_impossible
),

school as (
    select
        person_key,
        'school' as basis,
        area_id,
        1 as strength_rank,
        entry_date as from_date,
        cast(null as date) as next_date,
        'school_census' as source_feed
    from {{ ref('int_education__pupil') }}
    where is_main
),

claim as (
    select * from residence
    union all
    select * from plan
    union all
    select * from request
    union all
    select * from school
),

-- What begins or ends after the quarter is not known at its end.
bounded as (
    select
        claim.person_key,
        claim.basis,
        claim.area_id,
        claim.strength_rank,
        coalesce(claim.from_date, date '1900-01-01') as from_date,
        case when claim.next_date <= parameter.as_of then claim.next_date end as next_date,
        claim.source_feed
    from claim
    cross join parameter
    where coalesce(claim.from_date <= parameter.as_of, true)
)

select distinct
    person_key,
    basis,
    area_id,
    strength_rank,
    from_date,
    next_date,
    source_feed
from bounded
where coalesce(next_date > from_date, true)
