-- A date is moved by adding and compared; nothing counts boundaries, and the hour lost in March is no day.
{% set cases = [
    (add_days("date '2024-02-28'", 1), '2024-02-29'),
    (add_days("date '2024-03-01'", -1), '2024-02-29'),
    (add_days("date '2025-03-29'", 2), '2025-03-31'),
    (add_working_days("date '2025-03-28'", 5), '2025-04-04'),
    (add_working_days("date '2025-03-29'", 5), '2025-04-04'),
    (add_working_days("date '2025-03-30'", 1), '2025-03-31'),
    (add_working_days("date '2025-03-31'", 4), '2025-04-04'),
    (add_working_days("date '2025-03-31'", 5), '2025-04-07'),
    (add_months("date '2024-02-29'", 12), '2025-02-28'),
    (add_months("date '2025-01-31'", 1), '2025-02-28'),
    (month_start("date '2024-02-29'"), '2024-02-01'),
    (month_end("date '2024-02-10'"), '2024-02-29'),
    (month_end("date '2024-12-31'"), '2024-12-31'),
    (year_start("date '2025-03-31'"), '2025-01-01'),
    (academic_year_start("date '2025-03-31'"), '2024-09-01'),
    (academic_year_start("date '2025-09-01'"), '2025-09-01'),
    (academic_year_start("date '2025-08-31'"), '2024-09-01'),
] %}
with worked as (
    {%- for found, expected in cases %}
    select
        {{ loop.index }} as case_number,
        {{ found }} as found,
        date '{{ expected }}' as expected
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    case_number,
    found,
    expected
from worked
where found is distinct from expected
