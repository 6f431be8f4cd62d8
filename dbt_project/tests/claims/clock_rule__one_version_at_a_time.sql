-- Two versions of a clock are never in force on one day.
select
    earlier.clock_id,
    earlier.valid_from,
    later.valid_from as later_valid_from
from {{ ref('clock_rule') }} as earlier
inner join {{ ref('clock_rule') }} as later
    on earlier.clock_id = later.clock_id and earlier.valid_from < later.valid_from
where earlier.valid_to >= later.valid_from
