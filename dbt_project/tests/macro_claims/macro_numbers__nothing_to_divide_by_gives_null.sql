-- 0 of 0 has no percentage; 0 of 5 is 0; a median lies half way between the middle two.
with value_list as (
    select 1 as days
    union all
    select 2 as days
    union all
    select 10 as days
    union all
    select 20 as days
),

worked as (
    select
        {{ pct(0, 0) }} as nothing_of_nothing,
        {{ pct(0, 5) }} as none_of_five,
        {{ pct(41448, 90392) }} as england_2024,
        {{ safe_divide(1, 3) }} as a_third,
        {{ percentile('days', 0.5) }} as median_days,
        {{ weeks(126) }} as eighteen_weeks
    from value_list
)

select *
from worked
where
    nothing_of_nothing is not null
    or none_of_five <> 0
    or round(england_2024, 1) <> 45.9
    or abs(a_third - 0.3333333333) > 0.000001
    or median_days <> 6
    or eighteen_weeks <> 18
