-- A test of the test: a shared day, a span after an endless one, and a sound sequence.
{% set planted %}
(
    select 'shared' as child, date '2024-01-01' as first_day, date '2024-02-01' as last_day
    union all select 'shared', date '2024-02-01', null
    union all select 'endless', null, null
    union all select 'endless', date '2024-02-01', date '2024-03-01'
    union all select 'sound', null, date '2024-02-01'
    union all select 'sound', date '2024-02-02', null
)
{% endset %}
with failing as ({{ test_no_overlap(planted ~ ' as planted', ['child'], 'first_day', 'last_day') }})

select count(*) as failing_count
from failing
having count(*) <> 2
