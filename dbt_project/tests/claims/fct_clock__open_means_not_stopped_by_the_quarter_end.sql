-- Open at the quarter end: begun by then, and stopped and ended after it or not at all.
select
    clock_key,
    start_date,
    stop_date,
    end_date
from {{ ref('fct_clock') }}
where
    status = 'open'
    and (start_date > as_of or coalesce(stop_date <= as_of, false) or coalesce(end_date <= as_of, false))
