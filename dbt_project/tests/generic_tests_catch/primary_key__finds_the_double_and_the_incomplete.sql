-- A test of the test: one key occurs twice, one has a part missing, one is sound.
{% set planted %}
(
    select 1 as a, 'x' as b union all select 1, 'x' union all select 2, null union all select 3, 'y'
)
{% endset %}
with failing as ({{ test_primary_key(planted ~ ' as planted', ['a', 'b']) }})

select count(*) as failing_count
from failing
having count(*) <> 2
