-- 31 December 2022 to 1 January 2024 is 366 days, though two new years lie between.
with worked as (
    select
        {{ days_between("date '2022-12-31'", "date '2024-01-01'") }} as two_new_years,
        {{ days_between("date '2025-03-29'", "date '2025-03-31'") }} as clock_change,
        {{ days_between("date '2024-02-28'", "date '2024-03-01'") }} as leap_day
)

select
    two_new_years,
    clock_change,
    leap_day
from worked
where two_new_years <> 366 or clock_change <> 2 or leap_day <> 2
