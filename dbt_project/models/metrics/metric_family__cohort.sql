with child as (
    select
        definition.metric_id,
        member.area_id,
        parameter.quarter as period,
        'snapshot' as time_window,
        'Total' as service,
        'Total' as tier,
        cohort.person_key,
        1 as part,
        case when measure.per = 'residents' then 0 else 1 end as whole,
        cast(null as integer) as amount
    from {{ ref('mart_send_cohort') }} as cohort
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    inner join {{ ref('int_reference__area_member') }} as member on cohort.area_id = member.member_area_id
    cross join {{ ref('metric_definition') }} as definition
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.picks = 'child'
    -- A rate by residence counts residents only (rules 7.10).
    where definition.family = 'cohort' and (measure.per is null or cohort.area_basis = 'residence')
),

{{ resident_units('cohort') }},

unit as (
    select * from child
    union all
    select * from resident_unit
),

{{ figures_of('unit', 'quarter') }}
