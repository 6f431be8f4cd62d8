with parameter as (
    select
        quarter,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

-- What each metric of each reporting area needs, and what came of it; QT1 needs what both of its areas need.
needed as (
    select
        requirement.metric_id,
        requirement.service,
        member.area_id,
        coalesce(status.submission_status, 'not_supplied') as submission_status,
        coalesce(
            status.reason,
            case
                when status.submission_status is null and requirement.feed = 'service_catalogue'
                    then
                        'the service catalogue does not state ' || requirement.required_service || ' for '
                        || member.member_area_id
                when status.submission_status is null and requirement.feed = 'any'
                    then 'nobody has told of ' || requirement.required_service || ' for ' || member.member_area_id
                when status.submission_status is null
                    then 'no partner is expected to send ' || requirement.feed || ' for ' || member.member_area_id
            end
        ) as reason,
        status.note,
        status.year_note,
        coalesce(status.is_incomplete, false) as is_incomplete
    from {{ ref('metric_requirement') }} as requirement
    cross join {{ ref('int_reference__area_member') }} as member
    left join {{ ref('int_reference__feed_supply') }} as status
        on
            requirement.feed = status.feed
            and requirement.required_service = status.service
            and member.member_area_id = status.area_id
),

judged as (
    select
        metric_id,
        service,
        area_id,
        max(case when submission_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when submission_status = 'not_supplied' then 1 else 0 end) as missing_count,
        max(case when is_incomplete then 1 else 0 end) = 1 as is_incomplete,
        {{ join_text('reason', '; ') }} as reasons,
        {{ join_text('note', '; ') }} as notes,
        {{ join_text('year_note', '; ') }} as year_notes
    from needed
    group by metric_id, service, area_id
)

select
    series.metric_id,
    definition.metric_version,
    definition.metric_name,
    definition.topic,
    definition.family,
    definition.unit,
    definition.polarity,
    definition.source_feeds,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    parameter.quarter,
    parameter.quarter_end,
    series.time_window,
    series.service,
    series.tier,
    series.grain,
    case
        when definition.measure = 'never published' then 'withheld'
        -- Twelve months of which some are not told of; evidence that nobody sends; a move that may yet come back
        -- (rules 7.3).
        when
            {{ value_status('judged', 'parameter') }} = 'final'
            and (
                definition.measure = 'share of moves that are smooth'
                or judged.is_incomplete
                or (series.time_window = 'rolling_12m' and judged.year_notes is not null)
            )
            then 'provisional'
        else {{ value_status('judged', 'parameter') }}
    end as value_status,
    case
        when definition.measure = 'never published' then 'a longest wait is one child''s, and is never published'
        else
            coalesce(
                judged.reasons,
                judged.notes,
                case when series.time_window = 'rolling_12m' then judged.year_notes end,
                case
                    when definition.measure = 'share of moves that are smooth'
                        then 'final 90 days after the quarter: a child may yet be sent back'
                end
            )
    end as dq_reason
from {{ ref('metric_series') }} as series
inner join {{ ref('metric_definition') }} as definition on series.metric_id = definition.metric_id
cross join parameter
inner join judged on series.metric_id = judged.metric_id and series.service = judged.service
inner join {{ ref('area') }} as area on judged.area_id = area.area_id
where
    definition.valid_from <= parameter.quarter_end
    and coalesce(definition.valid_to >= parameter.quarter_end, true)
    and (definition.areas = 'all' or {{ in_pipe_list('area.area_id', 'definition.areas') }})
