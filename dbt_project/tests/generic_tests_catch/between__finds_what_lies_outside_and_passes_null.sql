-- A test of the test: -1 and 101 lie outside; 0, 100 and null do not.
{% set planted %}
(
    select -1 as value union all select 0 union all select 100 union all select 101 union all select null
)
{% endset %}
with failing as ({{ test_between(planted ~ ' as planted', 'value', 0, 100) }})

select count(*) as failing_count
from failing
having count(*) <> 2
