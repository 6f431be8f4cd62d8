{#
    The events that a family's metrics count, for figures_of: one row per series, reporting area, period and event, or child with one. Which events is
    the definition's stop_event, which service the series'. `events` is an event model.
#}
{% macro event_units(events, family, grain) %}
{%- set cell = ['metric_id', 'area_id', 'period', 'time_window', 'service', 'tier'] -%}
seen as (
    select
        definition.metric_id,
        member.area_id,
        reporting_window.period,
        series.time_window,
        series.service,
        series.tier,
        measure.counts,
        case when measure.per = 'residents' then 0 else 1 end as whole,
        event.person_key
    from {{ events }} as event
    inner join {{ ref('int_reference__area_member') }} as member on event.area_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition
        on {{ in_pipe_list('event.event_type', 'definition.stop_event') }} and definition.family = '{{ family }}'
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.picks = 'event'
    inner join {{ ref('metric_series') }} as series
        on
            definition.metric_id = series.metric_id
            and series.grain = '{{ grain }}'
            and series.service = event.service
            and series.tier in ('Total', event.tier)
    inner join {{ ref('int_reference__window') }} as reporting_window
        on
            series.grain = reporting_window.grain
            and series.time_window = reporting_window.time_window
            and event.event_date >= reporting_window.first_day
            and event.event_date <= reporting_window.last_day
    left join {{ ref('dim_person') }} as person on event.person_key = person.person_key
    where not coalesce(person.is_aged_out, false)
),

event_unit as (
    select
        {{ cell | join(',\n        ') }},
        person_key,
        1 as part,
        whole,
        cast(null as integer) as amount
    from seen
    where counts = 'events'
    union all
    select distinct
        {{ cell | join(',\n        ') }},
        person_key,
        1 as part,
        whole,
        cast(null as integer) as amount
    from seen
    where counts = 'children'
)
{%- endmacro %}
