with parameter as (
    select
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

cohort as (
    select
        'send_cohort_count' as metric_id,
        'snapshot' as time_window,
        'Total' as service,
        evidence.person_key,
        evidence.evidence_key as unit_id,
        cohort.area_id,
        false as is_area_fixed,
        true as is_counted,
        cast(null as boolean) as is_over_limit,
        cast(null as integer) as wait_days
    from {{ ref('mart_send_cohort_evidence') }} as evidence
    inner join {{ ref('mart_send_cohort') }} as cohort on evidence.person_key = cohort.person_key
    where evidence.is_counted
),

-- A plan stays its council's, whoever the child is; one that another has superseded would stand again alone.
caseload as (
    select
        'ehcp_caseload' as metric_id,
        'snapshot' as time_window,
        'ehc' as service,
        plan.person_key,
        plan.plan_id as unit_id,
        plan.area_id,
        true as is_area_fixed,
        plan.is_in_force as is_counted,
        cast(null as boolean) as is_over_limit,
        cast(null as integer) as wait_days
    from {{ ref('int_ehc__plan') }} as plan
    left join {{ ref('dim_person') }} as person on plan.person_key = person.person_key
    where plan.is_active and not coalesce(person.is_deceased, false)
),

seen as (
    select
        definition.metric_id,
        series.time_window,
        event.service,
        event.person_key,
        {{ surrogate_key([
            'event.source_feed', 'event.case_id', 'event.service', 'event.event_type', 'event.event_date',
            'event.submission_id', 'event.source_row'
        ]) }} as unit_id,
        event.area_id,
        false as is_area_fixed,
        true as is_counted,
        cast(null as boolean) as is_over_limit,
        cast(null as integer) as wait_days
    from {{ ref('int_pathway__event') }} as event
    inner join {{ ref('metric_definition') }} as definition
        on
            definition.measure = 'children with an event'
            and {{ in_pipe_list('event.event_type', 'definition.stop_event') }}
    inner join {{ ref('metric_series') }} as series
        on
            definition.metric_id = series.metric_id
            and event.service = series.service
            and series.grain = 'quarterly'
            and series.tier = 'Total'
    inner join {{ ref('int_reference__window') }} as reporting_window
        on
            series.grain = reporting_window.grain
            and series.time_window = reporting_window.time_window
            and event.event_date >= reporting_window.first_day
            and event.event_date <= reporting_window.last_day
    left join {{ ref('dim_person') }} as person on event.person_key = person.person_key
    where not coalesce(person.is_aged_out, false)
),

wait as (
    select
        series.metric_id,
        series.time_window,
        series.service,
        clock.person_key,
        {{ surrogate_key(['clock.clock_id', 'clock.case_id']) }} as unit_id,
        clock.area_id,
        false as is_area_fixed,
        true as is_counted,
        clock.is_over_limit,
        clock.wait_days
    from {{ ref('fct_clock__pathway') }} as clock
    inner join {{ ref('int_reference__metric_clock') }} as series
        on
            clock.clock_id = series.clock_id
            and series.grain = 'quarterly'
            and series.tier = 'Total'
            and (
                (series.picks = 'open' and clock.status = 'open' and series.statistic in ('share', 'count'))
                or (series.picks = 'completed' and clock.status = 'stopped' and series.statistic = 'mean')
            )
    cross join parameter
    where
        clock.is_counted
        and (
            clock.status = 'open'
            or (clock.stop_date >= parameter.quarter_start and clock.stop_date <= parameter.quarter_end)
        )
),

unit as (
    select * from cohort
    union all
    select * from caseload
    union all
    select * from seen
    union all
    select * from wait
)

select
    unit.metric_id,
    unit.time_window,
    unit.service,
    doubt.group_key,
    unit.person_key,
    unit.unit_id,
    unit.area_id,
    unit.is_area_fixed,
    unit.is_counted,
    unit.is_over_limit,
    unit.wait_days
from unit
inner join {{ ref('int_doubt__person') }} as doubt on unit.person_key = doubt.person_key
