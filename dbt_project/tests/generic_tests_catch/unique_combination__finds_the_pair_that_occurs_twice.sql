-- A test of the test: one combination of four occurs twice, once with a null in it.
{% set planted %}
(
    select 1 as a, 'x' as b union all select 1, 'x' union all select 1, 'y' union all select 2, null union all select 2, null
)
{% endset %}
with failing as ({{ test_unique_combination(planted ~ ' as planted', ['a', 'b']) }})

select count(*) as failing_count
from failing
having count(*) <> 2
