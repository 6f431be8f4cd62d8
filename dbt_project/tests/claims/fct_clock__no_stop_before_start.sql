-- A wait that counts was never stopped before it began; such rows are flagged and stay out.
select
    clock_key,
    start_date,
    stop_date
from {{ ref('fct_clock') }}
where is_counted and stop_date < start_date
