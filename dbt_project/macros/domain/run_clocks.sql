{#
    Events x clock rules: one row per case that a rule applies to, with its state at the quarter's end. Every promise about time is read
    from the seed clock_rule, so a new clock is a row there. The models fct_clock__ehc and fct_clock__pathway call this, each
    over its own events, because a fault in one topic must not keep another topic's figures from release.
#}
{% macro run_clocks(events) %}
with parameter as (
    select as_of, known_at from {{ ref('stg_submission__run_parameter') }}
),

-- The first event of each kind of a case that a rule starts from; it tells whose the case is.
started as (
    select
        event.case_id,
        event.person_key,
        event.area_id,
        event.area_basis,
        event.pathway,
        event.service,
        event.tier,
        event.provider_id,
        event.event_type,
        event.event_date as start_date,
        row_number() over (
            partition by event.case_id, event.service, event.event_type order by event.event_date, event.event_id
        ) as start_rank
    from {{ events }} as event
    where event.event_type in (select rule.start_event from {{ ref('clock_rule') }} as rule)
),

-- What each kind of event means to each clock, told once and not for every event.
meaning as (
    select
        rule.clock_id,
        rule.valid_from,
        kind.event_type,
        {%- for role in ['stop', 'end', 'nullify', 'reject', 'historical', 'duplicate', 'incomplete'] %}
        {{ in_pipe_list('kind.event_type', 'rule.' ~ role ~ '_events') }} as is_{{ role }},
        {%- endfor %}
        {{ in_pipe_list('kind.event_type', 'rule.exception_event') }} as is_exception
    from {{ ref('clock_rule') }} as rule
    cross join (select distinct event.event_type from {{ events }} as event) as kind
),

first_event as (
    select
        event.case_id,
        event.pathway,
        event.event_type,
        min(event.event_date) as event_date
    from {{ events }} as event
    group by event.case_id, event.pathway, event.event_type
),

-- A case keeps its clock when it moves between services of its pathway, so a stop may be another service's (rules 7.2: no new start).
matched as (
    select
        rule.clock_id,
        rule.valid_from,
        first_event.case_id,
        {{ earliest_event('first_event.event_type', 'first_event.event_date', 'meaning.is_stop') }} as stop_mark,
        {{ earliest_event('first_event.event_type', 'first_event.event_date', 'meaning.is_end') }} as end_mark,
        {{ earliest_event('first_event.event_type', 'first_event.event_date', 'meaning.is_nullify') }} as nullify_mark,
        max(case when meaning.is_exception then 1 else 0 end) = 1 as is_excepted,
        min(case when meaning.is_reject then first_event.event_date end) as reject_date,
        max(case when meaning.is_historical then 1 else 0 end) = 1 as is_historical,
        max(case when meaning.is_duplicate then 1 else 0 end) = 1 as is_duplicate_in_spell,
        max(case when meaning.is_incomplete then 1 else 0 end) = 1 as is_incomplete
    from {{ ref('clock_rule') }} as rule
    inner join first_event on rule.pathway = first_event.pathway
    inner join meaning
        on
            rule.clock_id = meaning.clock_id
            and rule.valid_from = meaning.valid_from
            and first_event.event_type = meaning.event_type
    group by rule.clock_id, rule.valid_from, first_event.case_id
),

dated as (
    select
        matched.clock_id,
        matched.case_id,
        started.person_key,
        started.area_id,
        started.area_basis,
        started.pathway,
        started.service,
        started.tier,
        started.provider_id,
        started.start_date,
        {{ event_mark_date('matched.stop_mark') }} as stop_date,
        {{ event_mark_type('matched.stop_mark') }} as stop_event,
        {{ event_mark_date('matched.end_mark') }} as end_date,
        {{ event_mark_type('matched.end_mark') }} as end_event,
        {{ event_mark_date('matched.nullify_mark') }} as nullify_date,
        matched.is_excepted,
        matched.reject_date,
        matched.is_historical,
        matched.is_duplicate_in_spell,
        matched.is_incomplete,
        nullif(rule.limit_days, 0) as limit_days,
        rule.limit_inclusive,
        rule.exception_effect,
        rule.exclude_when,
        rule.exclude_open_when,
        parameter.as_of,
        parameter.known_at,
        -- A clock without a promise has no due date: it is measured, and nothing is late.
        {{ add_days('started.start_date', 'nullif(rule.limit_days, 0)') }} as due_date
    from matched
    inner join {{ ref('clock_rule') }} as rule
        on matched.clock_id = rule.clock_id and matched.valid_from = rule.valid_from
    inner join started
        on
            matched.case_id = started.case_id
            and rule.service = started.service
            and rule.start_event = started.event_type
            and started.start_rank = 1
    cross join parameter
    where
        started.start_date >= rule.valid_from
        and started.start_date <= rule.valid_to
),

placed as (
    select
        dated.*,
        case
            when dated.start_date > dated.as_of then 'not_started'
            -- A nullified clock never ran, unless the child was treated after all.
            when dated.nullify_date <= dated.as_of and coalesce(dated.stop_date > dated.as_of, true) then 'nullified'
            -- A stop beats an end: a refusal that was overturned keeps its first outcome (decision 0001, item 8).
            when dated.stop_date <= dated.as_of then 'stopped'
            when dated.end_date <= dated.as_of then 'ended'
            else 'open'
        end as status,
        coalesce(person.is_aged_out, false) as is_aged_out,
        coalesce(person.is_deceased, false) as is_deceased,
        dated.area_basis = 'residence'
        and dated.area_id not in (select area.area_id from {{ ref('area') }} as area) as is_not_resident
    from dated
    left join {{ ref('dim_person') }} as person on dated.person_key = person.person_key
),

measured as (
    select
        placed.*,
        case
            when placed.status = 'stopped' then placed.stop_date
            when placed.status = 'ended' then placed.end_date
            when placed.status = 'open' then placed.as_of
        end as counted_to_date
    from placed
),

flagged as (
    select
        measured.*,
        {{ days_between('measured.start_date', 'measured.counted_to_date') }} as wait_days,
        case
            when measured.due_date is not null
                then
                    coalesce(
                        case
                            when measured.limit_inclusive then measured.counted_to_date > measured.due_date
                            else measured.counted_to_date >= measured.due_date
                        end,
                        false
                    )
        end as is_over_limit,
        coalesce(measured.reject_date <= measured.as_of, false) and measured.status = 'ended' as is_rejected,
        -- Impossible by rules 7.2: stopped or ended before it started, begun after the freeze, or longer than ten years.
        coalesce(measured.stop_date < measured.start_date, false)
        or coalesce(
            least(measured.end_date, measured.nullify_date) < measured.start_date
            and coalesce(measured.stop_date > measured.as_of, true),
            false
        )
        or measured.start_date > measured.known_at
        or coalesce({{ add_months('measured.start_date', 120) }} < measured.counted_to_date, false) as is_impossible
    from measured
)

select
    {{ surrogate_key(['flagged.clock_id', 'flagged.case_id']) }} as clock_key,
    flagged.clock_id,
    flagged.case_id,
    flagged.person_key,
    flagged.area_id,
    flagged.area_basis,
    flagged.pathway,
    flagged.service,
    flagged.tier,
    flagged.provider_id,
    flagged.start_date,
    flagged.stop_date,
    flagged.stop_event,
    flagged.end_date,
    flagged.end_event,
    flagged.status = 'nullified' as nullified,
    flagged.status,
    flagged.as_of,
    flagged.due_date,
    cast(flagged.limit_days as integer) as limit_days,
    cast(flagged.wait_days as integer) as wait_days,
    band.band as wait_band,
    flagged.is_over_limit,
    flagged.is_excepted,
    flagged.is_rejected,
    flagged.is_impossible,
    flagged.is_aged_out,
    flagged.is_deceased,
    flagged.is_not_resident,
    flagged.is_historical,
    flagged.is_duplicate_in_spell,
    flagged.is_incomplete,
    -- The filter comes last, from the flags that the rule names; each row that falls out says by its flags why.
    not (
        flagged.status in ('not_started', 'nullified')
        or (flagged.is_excepted and flagged.exception_effect = 'exclude')
        {%- for flag in [
            'rejected', 'impossible', 'aged_out', 'deceased', 'not_resident', 'historical', 'duplicate_in_spell', 'incomplete'
        ] %}
        or (flagged.is_{{ flag }} and {{ in_pipe_list("'" ~ flag ~ "'", 'flagged.exclude_when') }})
        or (
            flagged.is_{{ flag }}
            and flagged.status = 'open'
            and {{ in_pipe_list("'" ~ flag ~ "'", 'flagged.exclude_open_when') }}
        )
        {%- endfor %}
    ) as is_counted
from flagged
left join {{ ref('wait_band') }} as band
    on flagged.wait_days >= band.from_days and flagged.wait_days <= band.to_days
{% endmacro %}
