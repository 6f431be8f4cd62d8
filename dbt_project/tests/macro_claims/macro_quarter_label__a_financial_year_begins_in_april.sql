-- The first and last day of each quarter bear its name, and quarters are counted back across a year's end.
with day_of as (
    select
        date '2025-03-31' as day_in,
        '2024-25-Q4' as quarter
    union all
    select
        date '2025-01-01' as day_in,
        '2024-25-Q4' as quarter
    union all
    select
        date '2024-12-31' as day_in,
        '2024-25-Q3' as quarter
    union all
    select
        date '2025-04-01' as day_in,
        '2025-26-Q1' as quarter
    union all
    select
        date '2099-12-01' as day_in,
        '2099-00-Q3' as quarter
)

select
    day_in,
    quarter
from day_of
where
    {{ quarter_label('day_in') }} <> quarter
    or {{ quarter_number("'2025-26-Q1'") }} - {{ quarter_number("'2024-25-Q4'") }} <> 1
