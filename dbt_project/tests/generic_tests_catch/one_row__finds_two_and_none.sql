-- A test of the test: a table of two rows fails, an empty one fails, and one of one row passes.
{% set two_rows %}(select 1 as a union all select 2){% endset %}
{% set no_row %}(select 1 as a where false){% endset %}
{% set single_row %}(select 1 as a){% endset %}
with failing as (
    select 'two' as planted from ({{ test_one_row(two_rows ~ ' as planted') }}) as found
    union all
    select 'none' as planted from ({{ test_one_row(no_row ~ ' as planted') }}) as found
    union all
    select 'single' as planted from ({{ test_one_row(single_row ~ ' as planted') }}) as found
)

select count(*) as failing_count
from failing
having count(*) <> 2 or max(case when planted = 'single' then 1 else 0 end) = 1
