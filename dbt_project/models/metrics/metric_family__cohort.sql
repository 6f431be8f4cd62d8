with unit as (
    select
        definition.metric_id,
        member.area_id,
        parameter.quarter as period,
        'snapshot' as time_window,
        'Total' as service,
        'Total' as tier,
        cohort.person_key,
        1 as part,
        1 as whole,
        cast(null as integer) as amount
    from {{ ref('mart_send_cohort') }} as cohort
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    inner join {{ ref('int_reference__area_member') }} as member on cohort.area_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition on definition.measure = 'children in the cohort'
),

{{ figures_of('unit', 'quarter') }}
