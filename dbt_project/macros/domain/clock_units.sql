{#
    The cases of a family's clocks that its metrics count: one row per series, reporting area, period and case (or child, at the longest of its open
    waits: rules 7.2), for figures_of. Every state is worked out from the clock's own dates, so that a month's end three years ago and the
    quarter's are read by one rule. `clocks` is a fct_clock model; grain is quarterly or monthly.
#}
{% macro clock_units(clocks, family, grain) %}
{%- set cell = ['metric_id', 'area_id', 'period', 'time_window', 'service', 'tier'] -%}
picked as (
    select
        series.metric_id,
        member.area_id,
        reporting_window.period,
        series.time_window,
        series.service,
        series.tier,
        series.counts,
        series.per,
        clock.person_key,
        case series.part
            when 'within_limit' then not clock.is_over_limit
            when 'kept' then clock.status = 'stopped' and not clock.is_over_limit
            when 'over_limit' then reporting_window.last_day > clock.due_date
            when 'refused' then clock.stop_event like '%_refused'
            else true
        end as is_part,
        case series.picks
            when 'open' then {{ days_between('clock.start_date', 'reporting_window.last_day') }}
            else clock.wait_days
        end as amount
    from {{ clocks }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    inner join {{ ref('int_reference__metric_clock') }} as series
        on clock.clock_id = series.clock_id and series.tier in ('Total', clock.tier)
    inner join {{ ref('int_reference__window') }} as reporting_window
        on
            series.grain = reporting_window.grain
            and series.time_window = reporting_window.time_window
            and case series.picks
                when 'completed'
                    then
                        clock.status = 'stopped'
                        and clock.stop_date >= reporting_window.first_day
                        and clock.stop_date <= reporting_window.last_day
                when 'started'
                    then
                        clock.start_date >= reporting_window.first_day
                        and clock.start_date <= reporting_window.last_day
                -- What ended by its day did not fall due.
                when 'due'
                    then
                        clock.due_date >= reporting_window.first_day
                        and clock.due_date <= reporting_window.last_day
                        and not (clock.status = 'ended' and clock.end_date <= clock.due_date)
                -- A wait that had ended and came to treatment after all does not wait between.
                when 'open'
                    then
                        clock.start_date <= reporting_window.last_day
                        and coalesce(clock.stop_date > reporting_window.last_day, true)
                        and coalesce(clock.end_date > reporting_window.last_day, true)
            end
    where clock.is_counted and series.family = '{{ family }}' and series.grain = '{{ grain }}'
),

clock_unit as (
    select
        {{ cell | join(',\n        ') }},
        person_key,
        case when is_part then 1 else 0 end as part,
        case when per = 'residents' then 0 else 1 end as whole,
        amount
    from picked
    where counts = 'clocks'
    union all
    select
        {{ cell | join(',\n        ') }},
        person_key,
        max(case when is_part then 1 else 0 end) as part,
        1 as whole,
        max(amount) as amount
    from picked
    where counts = 'children'
    group by {{ cell | join(', ') }}, person_key
)
{%- endmacro %}
