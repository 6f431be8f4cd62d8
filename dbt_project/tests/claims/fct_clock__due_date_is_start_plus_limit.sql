-- The limit is added to the start and compared; it is never a count of boundaries.
select
    clock_key,
    start_date,
    due_date,
    limit_days
from {{ ref('fct_clock') }}
where {{ days_between('start_date', 'due_date') }} <> limit_days
