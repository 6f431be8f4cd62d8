with parameter as (
    select
        quarter,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

-- What the service catalogue states is at hand; nobody sends it.
status as (
    select
        area_id,
        feed,
        service,
        submission_status,
        reason,
        quarantine_note
    from {{ ref('mart_submission_status') }}
    union all
    select distinct
        area_id,
        'service_catalogue' as feed,
        subject as service,
        'supplied' as submission_status,
        cast(null as varchar) as reason,
        cast(null as varchar) as quarantine_note
    from {{ ref('int_register__statement') }}
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
                when status.submission_status is null
                    then 'no partner is expected to send ' || requirement.feed || ' for ' || member.member_area_id
            end
        ) as reason,
        status.quarantine_note
    from {{ ref('metric_requirement') }} as requirement
    cross join {{ ref('int_reference__area_member') }} as member
    left join status
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
        {{ join_text('reason', '; ') }} as reasons,
        {{ join_text('quarantine_note', '; ') }} as quarantine_notes
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
    {{ value_status('judged', 'parameter') }} as value_status,
    coalesce(judged.reasons, judged.quarantine_notes) as dq_reason
from {{ ref('metric_series') }} as series
inner join {{ ref('metric_definition') }} as definition on series.metric_id = definition.metric_id
cross join parameter
inner join judged on series.metric_id = judged.metric_id and series.service = judged.service
inner join {{ ref('area') }} as area on judged.area_id = area.area_id
where
    definition.valid_from <= parameter.quarter_end
    and coalesce(definition.valid_to >= parameter.quarter_end, true)
    and (definition.areas = 'all' or {{ in_pipe_list('area.area_id', 'definition.areas') }})
