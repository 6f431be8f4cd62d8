-- An event has one area: all clocks of a service count it for the same one.
select service
from {{ ref('clock_rule') }}
group by service
having count(distinct area_basis) > 1
