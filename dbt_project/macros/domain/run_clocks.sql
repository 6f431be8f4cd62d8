{#
    Events x clock rules: one row per case that a rule applies to, with its state at the quarter's end. Every promise about time is read
    from the seed clock_rule, so a new clock is a row there. The models fct_clock__ehc and fct_clock__pathway call this, each
    over its own events, because a fault in one topic must not keep another topic's figures from release.
#}
{% macro run_clocks(events) %}
{%- set roles = ['stop', 'end', 'nullify', 'reject', 'historical', 'duplicate', 'incomplete'] %}
{%- set flags = [
    'rejected', 'impossible', 'aged_out', 'deceased', 'not_resident', 'historical', 'duplicate_in_spell', 'incomplete'
] %}
with parameter as (
    select as_of, known_at from {{ ref('stg_submission__run_parameter') }}
),

-- What a rule says, told once and not for every case: looking flags up in its lists took a quarter of all the time.
rule as (
    select
        *,
        row_number() over (order by clock_id, valid_from) as rule_number,
        {%- for flag in flags %}
        {{ in_pipe_list("'" ~ flag ~ "'", 'exclude_when') }} as excludes_{{ flag }},
        {{ in_pipe_list("'" ~ flag ~ "'", 'exclude_open_when') }} as excludes_open_{{ flag }},
        {%- endfor %}
        nullif(limit_days, 0) as promised_days,
        -- Clocks that are told the same, such as one with exceptions counted and without, are told it once.
        dense_rank() over (
            order by pathway, exception_event, due_event{% for role in roles %}, {{ role }}_events{% endfor %}
        ) as telling
    from {{ ref('clock_rule') }}
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
            partition by event.case_id, event.service, event.event_type order by
                event.event_date, event.source_feed, event.submission_id, event.source_row
        ) as start_rank
    from {{ events }} as event
    where event.event_type in (select rule.start_event from rule)
),

-- Kinds of event by number, in the order of their names: numbers are told apart and put in order sooner than texts.
kind as (
    select
        event_type,
        row_number() over (order by event_type) as kind_number
    from (select distinct event.event_type from {{ events }} as event) as seen
),

-- What each kind of event means to each clock.
meaning as (
    select distinct
        rule.telling,
        rule.pathway,
        kind.event_type,
        kind.kind_number,
        {%- for role in roles %}
        {{ in_pipe_list('kind.event_type', 'rule.' ~ role ~ '_events') }} as is_{{ role }},
        {%- endfor %}
        {{ in_pipe_list('kind.event_type', 'rule.exception_event') }} as is_exception,
        {{ in_pipe_list('kind.event_type', 'rule.due_event') }} as is_due
    from rule
    cross join kind
),

-- What a case tells each clock. It keeps its clock when it moves between services of its pathway, so a stop may be another service's
-- (rules 7.2: no new start). Most events, such as a contact, mean nothing to most clocks.
told as (
    select
        meaning.telling,
        event.case_id,
        min(case when meaning.is_stop then {{ event_mark('event.event_date', 'meaning.kind_number') }} end) as stop_mark,
        min(case when meaning.is_end then {{ event_mark('event.event_date', 'meaning.kind_number') }} end) as end_mark,
        min(case when meaning.is_nullify then event.event_date end) as nullify_date,
        min(case when meaning.is_reject then event.event_date end) as reject_date,
        min(case when meaning.is_due then event.event_date end) as stated_due_date,
        max(case when meaning.is_exception then 1 else 0 end) as exceptions,
        max(case when meaning.is_historical then 1 else 0 end) as historicals,
        max(case when meaning.is_duplicate then 1 else 0 end) as duplicates,
        max(case when meaning.is_incomplete then 1 else 0 end) as incompletes
    from {{ events }} as event
    inner join meaning
        on event.pathway = meaning.pathway and event.event_type = meaning.event_type
    where meaning.is_exception or meaning.is_due{% for role in roles %} or meaning.is_{{ role }}{% endfor %}
    group by meaning.telling, event.case_id
),

dated as (
    select
        rule.rule_number,
        rule.clock_id,
        started.case_id,
        started.person_key,
        started.area_id,
        started.area_basis,
        started.pathway,
        started.service,
        started.tier,
        started.provider_id,
        started.start_date,
        {{ event_mark_day('told.stop_mark') }} as stop_date,
        stop_kind.event_type as stop_event,
        {{ event_mark_day('told.end_mark') }} as end_date,
        end_kind.event_type as end_event,
        told.nullify_date,
        coalesce(told.exceptions = 1, false) as is_excepted,
        told.reject_date,
        coalesce(told.historicals = 1, false) as is_historical,
        coalesce(told.duplicates = 1, false) as is_duplicate_in_spell,
        coalesce(told.incompletes = 1, false) as is_incomplete,
        rule.exception_effect,
        rule.limit_kind,
        rule.limit_inclusive,
        parameter.as_of,
        parameter.known_at,
        -- A clock without a promise has no due date: it is measured, and nothing is late.
        case
            when rule.due_event <> '' then told.stated_due_date
            when rule.limit_months > 0 then {{ add_months('started.start_date', 'rule.limit_months') }}
            else {{ add_days('started.start_date', 'rule.promised_days') }}
        end as due_date
    from started
    inner join rule
        on
            started.service = rule.service
            and started.pathway = rule.pathway
            and started.event_type = rule.start_event
    left join told
        on rule.telling = told.telling and started.case_id = told.case_id
    left join kind as stop_kind on {{ event_mark_kind('told.stop_mark') }} = stop_kind.kind_number
    left join kind as end_kind on {{ event_mark_kind('told.end_mark') }} = end_kind.kind_number
    cross join parameter
    where
        started.start_rank = 1
        and started.start_date >= rule.valid_from
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
                            when measured.is_excepted and measured.exception_effect = 'keeps' then false
                            when measured.limit_kind = 'at_least'
                                then measured.status = 'stopped' and measured.counted_to_date < measured.due_date
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
            measured.end_date < measured.start_date and (measured.stop_date is null or measured.status = 'ended'), false
        )
        or coalesce(measured.nullify_date < measured.start_date and measured.stop_date is null, false)
        or measured.start_date > measured.known_at
        or coalesce({{ add_months('measured.start_date', 120) }} < measured.counted_to_date, false) as is_impossible
    from measured
),

band_of_day as (
    {{ wait_band_of_days() }}
),

last_day as (
    select max(wait_days) as wait_days from band_of_day
)

select
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
    cast({{ days_between('flagged.start_date', 'flagged.due_date') }} as integer) as limit_days,
    cast(flagged.wait_days as integer) as wait_days,
    band_of_day.band as wait_band,
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
        {%- for flag in flags %}
        or (flagged.is_{{ flag }} and rule.excludes_{{ flag }})
        or (flagged.is_{{ flag }} and flagged.status = 'open' and rule.excludes_open_{{ flag }})
        {%- endfor %}
    ) as is_counted
from flagged
inner join rule on flagged.rule_number = rule.rule_number
cross join last_day
left join band_of_day
    on
        case when flagged.wait_days > last_day.wait_days then last_day.wait_days else flagged.wait_days end
        = band_of_day.wait_days
{% endmacro %}
