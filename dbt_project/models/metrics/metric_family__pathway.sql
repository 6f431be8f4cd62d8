with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

-- By the quarter in which the sending service ended; a move is its pathway's, and of the tier that it left (rules 7.3).
unit as (
    select
        series.metric_id,
        member.area_id,
        parameter.quarter as period,
        series.time_window,
        series.service,
        series.tier,
        move.person_key,
        case when move.outcome = 'smooth' then 1 else 0 end as part,
        1 as whole,
        cast(null as integer) as amount
    from {{ ref('int_pathway__transition') }} as move
    inner join parameter
        on move.sending_end_date >= parameter.quarter_start and move.sending_end_date <= parameter.quarter_end
    inner join {{ ref('int_reference__area_member') }} as member on move.area_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition on definition.measure = 'share of moves that are smooth'
    inner join {{ ref('metric_series') }} as series
        on
            definition.metric_id = series.metric_id
            and series.service in ('Total', move.pathway)
            and series.tier in ('Total', move.from_tier)
            and series.grain = 'quarterly'
    where move.is_counted and move.outcome <> 'undecided'
),

-- Of twelve months, from the table that counts them; what is above and below the line is the measure's part.
contact as (
    select
        series.metric_id,
        told.area_id,
        told.quarter as period,
        series.time_window,
        series.service,
        series.tier,
        cast(null as varchar) as person_key,
        case measure.part
            when 'professional' then told.professional_count
            when 'assessment' then told.assessment_count
            when 'joint' then told.joint_assessment_count
        end as part,
        case measure.part
            when 'professional' then told.named_child_count
            when 'assessment' then told.assessed_child_count
            when 'joint' then told.judged_assessment_count
        end as whole,
        cast(null as integer) as amount
    from {{ ref('mart_pathway_contact') }} as told
    inner join {{ ref('metric_series') }} as series on told.service = series.service and series.grain = 'quarterly'
    inner join {{ ref('metric_definition') }} as definition on series.metric_id = definition.metric_id
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.picks = 'contact'
    where told.value_status in ('final', 'provisional')
),

counted as (
    select * from unit
    union all
    select * from contact
),

{{ figures_of('counted', 'quarter') }}
