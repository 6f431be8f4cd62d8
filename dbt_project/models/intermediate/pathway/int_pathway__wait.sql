-- The same rule for every month: who waits on its last day, by the clock's own dates, and what ended or began
-- within it.
with clock as (
    select * from {{ ref('fct_clock__pathway') }}
    where is_counted
),

placed as (
    select
        calendar.month,
        'waiting' as state,
        clock.*,
        {{ days_between('clock.start_date', 'calendar.month_end') }} as days
    from clock
    inner join {{ ref('int_reference__month') }} as calendar
        on
            clock.start_date <= calendar.month_end
            and coalesce(clock.stop_date > calendar.month_end, true)
            and coalesce(clock.end_date > calendar.month_end, true)
    {%- for state, day, status in [('completed', 'stop_date', 'stopped'), ('left', 'end_date', 'ended')] %}
    union all
    select
        calendar.month,
        '{{ state }}' as state,
        clock.*,
        clock.wait_days as days
    from clock
    inner join {{ ref('int_reference__month') }} as calendar
        on clock.{{ day }} >= calendar.month_start and clock.{{ day }} <= calendar.month_end
    where clock.status = '{{ status }}'
    {%- endfor %}
    union all
    select
        calendar.month,
        'arrived' as state,
        clock.*,
        null as days
    from clock
    inner join {{ ref('int_reference__month') }} as calendar
        on clock.start_date >= calendar.month_start and clock.start_date <= calendar.month_end
)

select
    placed.month,
    placed.state,
    placed.clock_id,
    placed.case_id,
    placed.person_key,
    placed.pathway,
    placed.service,
    placed.tier,
    placed.area_id,
    placed.provider_id,
    placed.days,
    band.band
from placed
left join {{ ref('wait_band') }} as band on placed.days >= band.from_days and placed.days <= band.to_days
