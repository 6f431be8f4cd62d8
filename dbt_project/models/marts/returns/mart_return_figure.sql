-- Numerators and denominators are added up over the rows of a return; a percentage never is.
with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
),

-- Where things stood: of each sender's days in the quarter, the last.
newest as (
    select
        told.*,
        max(told.counted_on) over (
            partition by told.source_feed, told.measure, told.code, told.area_id, told.partner_id, told.quarter
        ) as newest_on
    from {{ ref('int_returns__count') }} as told
    cross join parameter
    where told.counted_on <= parameter.quarter_end
),

-- A figure of an integrated care board that is an area of ours is that area's own.
reporting as (
    select
        member_area_id,
        area_id
    from {{ ref('int_reference__area_member') }}
    union all
    select distinct
        rollup_id as member_area_id,
        rollup_id as area_id
    from {{ ref('area_rollup') }}
),

counted as (
    select
        measure.metric_id,
        reporting.area_id,
        newest.quarter,
        measure.service,
        measure.breakdown_topic,
        newest.party,
        newest.numerator,
        newest.denominator
    from newest
    inner join {{ ref('return_measure') }} as measure
        on
            newest.source_feed = measure.source_feed
            and newest.measure = measure.measure
            and coalesce(newest.code = measure.code, true)
            and coalesce(newest.return_service = measure.return_service, measure.return_service is null)
            and (measure.parties is null or {{ in_pipe_list('newest.party', 'measure.parties') }})
    inner join reporting on newest.area_id = reporting.member_area_id
    where not newest.is_snapshot or newest.counted_on = newest.newest_on
),

cut as (
    select
        metric_id,
        area_id,
        quarter,
        service,
        'Total' as breakdown_topic,
        'Total' as breakdown,
        numerator,
        denominator
    from counted
    union all
    select
        metric_id,
        area_id,
        quarter,
        service,
        breakdown_topic,
        party as breakdown,
        numerator,
        denominator
    from counted
    where breakdown_topic is not null and party <> 'Total'
),

-- A denominator that one of the rows lacks is nobody's: divided by the others' it would make too much.
summed as (
    select
        metric_id,
        area_id,
        quarter,
        service,
        breakdown_topic,
        breakdown,
        sum(numerator) as numerator,
        case when count(denominator) = count(*) then sum(denominator) end as denominator
    from cut
    group by metric_id, area_id, quarter, service, breakdown_topic, breakdown
)

select
    summed.metric_id,
    summed.area_id,
    summed.quarter,
    summed.service,
    summed.breakdown_topic,
    summed.breakdown,
    cast(summed.numerator as double precision) as numerator,
    cast(summed.denominator as double precision) as denominator,
    case
        when definition.unit = 'pct' then {{ pct('summed.numerator', 'summed.denominator') }}
        else cast(summed.numerator as double precision)
    end as value,
    definition.unit
from summed
inner join {{ ref('metric_definition') }} as definition on summed.metric_id = definition.metric_id
