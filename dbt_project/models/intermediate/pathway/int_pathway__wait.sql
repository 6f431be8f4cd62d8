{%- set told = [
    'clock_id', 'case_id', 'person_key', 'pathway', 'service', 'tier', 'area_id', 'provider_id', 'is_only_case'
] %}
-- The same rule for every month: who waits on its last day, by the clock's own dates, and what ended or began
-- within it.
with calendar as (
    select * from {{ stays(ref('int_reference__month')) }}
),

first_month as (
    select min(month_start) as month_start from calendar
),

-- What was over before the first of the months tells none of them anything.
clock as (
    select
        clock.clock_id,
        clock.case_id,
        clock.person_key,
        clock.pathway,
        clock.service,
        clock.tier,
        clock.area_id,
        clock.provider_id,
        clock.start_date,
        clock.status,
        clock.stop_date,
        clock.end_date,
        clock.wait_days,
        count(*) over (partition by clock.clock_id, clock.person_key) = 1 as is_only_case
    from {{ stays(ref('fct_clock__pathway')) }} as clock
    cross join first_month
    where
        clock.is_counted
        -- The later of the two: some end and come to treatment after all.
        and coalesce(
            greatest(coalesce(clock.stop_date, clock.end_date), coalesce(clock.end_date, clock.stop_date))
            >= first_month.month_start,
            true
        )
),

placed as (
    select
        calendar.month,
        'waiting' as state,
        {{ keys_of('clock', told) }},
        {{ days_between('clock.start_date', 'calendar.month_end') }} as days
    from clock
    inner join calendar
        on
            clock.start_date <= calendar.month_end
            and coalesce(clock.stop_date > calendar.month_end, true)
            and coalesce(clock.end_date > calendar.month_end, true)
    {%- for state, day, days, status in [
        ('completed', 'stop_date', 'clock.wait_days', 'stopped'),
        ('left', 'end_date', 'clock.wait_days', 'ended'),
        ('arrived', 'start_date', 'null', none),
    ] %}
    union all
    select
        calendar.month,
        '{{ state }}' as state,
        {{ keys_of('clock', told) }},
        {{ days }} as days
    from clock
    inner join calendar on {{ month_start('clock.' ~ day) }} = calendar.month_start
    {%- if status %}
    where clock.status = '{{ status }}'
    {%- endif %}
    {%- endfor %}
),

band_of_day as (
    {{ wait_band_of_days() }}
),

last_day as (
    select max(wait_days) as wait_days from band_of_day
)

select
    placed.month,
    placed.state,
    {{ keys_of('placed', told) }},
    placed.days,
    band_of_day.band
from placed
cross join last_day
left join band_of_day
    on
        case when placed.days > last_day.wait_days then last_day.wait_days else placed.days end
        = band_of_day.wait_days
