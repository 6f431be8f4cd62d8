with clock as (
    select * from {{ stays(ref('fct_clock__ehc')) }}
    union all
    select * from {{ stays(ref('fct_clock__pathway')) }}
)

select
    {{ surrogate_key(['clock.clock_id', 'clock.case_id']) }} as clock_key,
    clock.clock_id,
    clock.case_id,
    clock.person_key,
    clock.area_id,
    clock.area_basis,
    clock.pathway,
    clock.service,
    clock.tier,
    clock.provider_id,
    clock.start_date,
    clock.stop_date,
    clock.stop_event,
    clock.end_date,
    clock.end_event,
    clock.nullified,
    clock.status,
    clock.as_of,
    clock.due_date,
    clock.limit_days,
    clock.wait_days,
    clock.wait_band,
    clock.is_over_limit,
    clock.is_excepted,
    clock.is_rejected,
    clock.is_impossible,
    clock.is_aged_out,
    clock.is_deceased,
    clock.is_not_resident,
    clock.is_historical,
    clock.is_duplicate_in_spell,
    clock.is_incomplete,
    clock.is_counted
from clock
