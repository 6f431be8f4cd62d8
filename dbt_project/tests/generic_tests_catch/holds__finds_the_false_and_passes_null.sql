-- A test of the test: the condition is false once, true once and null once.
{% set planted %}
(
    select 1 as a, 2 as b union all select 2, 1 union all select null, 1
)
{% endset %}
with failing as ({{ test_holds(planted ~ ' as planted', 'a < b') }})

select count(*) as failing_count
from failing
having count(*) <> 1
