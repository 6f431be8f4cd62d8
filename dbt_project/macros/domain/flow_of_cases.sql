{#
    How far each case of the last twelve months came: one row per case and step reached, over a relation `cohort` of cases and a model of their
    events. A step counts as reached where a later one was, so that time runs forward. flow: the rows of flow_step that are meant.
#}
{% macro flow_of_cases(events, flow) %}
service_step as (
    select distinct
        cohort.service,
        step.event_type,
        step.kind,
        step.step_order,
        step.step,
        step.is_optional,
        step.is_final
    from (select distinct service from cohort) as cohort
    inner join {{ ref('flow_step') }} as step
        on step.flow = '{{ flow }}' and step.service in ('any', cohort.service)
),

first_event as (
    select
        cohort.case_id,
        cohort.service,
        event.event_type,
        min(event.event_date) as event_date
    from {{ ref(events) }} as event
    inner join cohort
        on
            event.case_id = cohort.case_id
            and event.event_date >= cohort.received_date
            and event.event_date <= cohort.quarter_end
    where event.event_type in (select flow_step.event_type from {{ ref('flow_step') }} as flow_step)
    group by cohort.case_id, cohort.service, event.event_type
),

told as (
    select
        first_event.case_id,
        first_event.service,
        first_event.event_date,
        service_step.kind,
        service_step.step_order,
        service_step.step,
        service_step.is_final
    from first_event
    inner join service_step
        on first_event.service = service_step.service and first_event.event_type = service_step.event_type
),

-- Only who came through every stage can complete; who left before dropped out.
last_stage as (
    select
        service,
        max(step_order) as step_order
    from service_step
    where kind = 'stage'
    group by service
),

progress as (
    select
        told.case_id,
        {{ earliest_event('told.step', 'told.event_date', "told.kind = 'exit' and told.is_final") }} as final_mark,
        max(
            case when told.kind = 'exit' and not told.is_final then cast(told.event_date as varchar) || told.step end
        ) as passing_mark,
        min(
            case when told.kind = 'stage' and told.step_order = last_stage.step_order then told.event_date end
        ) as through_date
    from told
    inner join last_stage on told.service = last_stage.service
    group by told.case_id
),

mark as (
    select
        told.case_id,
        told.service,
        told.step_order,
        case
            when told.kind = 'completion' then greatest(told.event_date, progress.through_date) else told.event_date
        end as event_date
    from told
    inner join progress on told.case_id = progress.case_id
    where told.kind = 'stage' or (told.kind = 'completion' and progress.through_date is not null)
),

-- An optional step is one of a service only where some case tells of it.
listed as (
    select distinct
        service_step.service,
        service_step.step_order,
        service_step.step,
        service_step.kind
    from service_step
    where
        service_step.kind <> 'exit'
        and (
            not service_step.is_optional
            or exists (
                select 1
                from told
                where told.service = service_step.service and told.step_order = service_step.step_order
            )
        )
),

reached as (
    select
        mark.case_id,
        listed.service,
        listed.step_order,
        max(case when mark.step_order = listed.step_order then 1 else 0 end) = 1 as is_recorded,
        min(mark.event_date) as reached_date,
        min(case when mark.step_order > listed.step_order then mark.event_date end) as next_date
    from mark
    inner join listed on mark.service = listed.service and mark.step_order >= listed.step_order
    group by mark.case_id, listed.service, listed.step_order
),

last_step as (
    select
        service,
        max(step_order) as step_order
    from listed
    group by service
),

placed as (
    select
        cohort.*,
        reached.step_order,
        listed.step,
        reached.is_recorded,
        reached.reached_date,
        reached.next_date,
        -- A refusal is undone by a step on a later day.
        least(
            progress.final_mark,
            case
                when {{ event_mark_date('progress.passing_mark') }} >= reached.reached_date then progress.passing_mark
            end
        ) as exit_mark,
        reached.step_order = last_step.step_order as is_last,
        coalesce(person.is_deceased, false) as is_deceased,
        coalesce(person.is_aged_out, false) as is_aged_out,
        area.area_id is null as is_moved
    from reached
    inner join cohort on reached.case_id = cohort.case_id
    inner join progress on reached.case_id = progress.case_id
    inner join listed on reached.service = listed.service and reached.step_order = listed.step_order
    inner join last_step on reached.service = last_step.service
    left join {{ ref('dim_person') }} as person on cohort.person_key = person.person_key
    left join {{ ref('area') }} as area on cohort.area_id = area.area_id
),

judged as (
    select
        *,
        case
            when next_date is not null then 'passed'
            when is_last then 'finished'
            when exit_mark is not null then 'dropped_out'
            else 'in_step'
        end as state
    from placed
)

select
    quarter,
    '{{ flow }}' as flow,
    case_id,
    person_key,
    pathway,
    service,
    tier,
    provider_id,
    area_id,
    received_date,
    step_order,
    step,
    is_recorded,
    reached_date,
    next_date,
    {{ days_between('reached_date', 'next_date') }} as days,
    state,
    case when state = 'dropped_out' then {{ event_mark_type('exit_mark') }} end as exit_reason,
    case when state = 'dropped_out' then {{ event_mark_date('exit_mark') }} end as exit_date,
    is_incomplete,
    is_historical,
    is_deceased,
    is_aged_out,
    is_moved,
    not (is_incomplete or is_historical or is_deceased or is_aged_out or is_moved) as is_counted
from judged
{% endmacro %}
