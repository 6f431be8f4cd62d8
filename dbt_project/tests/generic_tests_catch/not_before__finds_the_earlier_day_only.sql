-- A test of the test: the day before fails; the same day and a missing one do not.
{% set planted %}
(
    select date '2024-02-28' as last_day, date '2024-02-29' as first_day
    union all
    select date '2024-02-29', date '2024-02-29'
    union all
    select cast(null as date), date '2024-02-29'
)
{% endset %}
with failing as ({{ test_not_before(planted ~ ' as planted', 'last_day', 'first_day') }})

select count(*) as failing_count
from failing
having count(*) <> 1
