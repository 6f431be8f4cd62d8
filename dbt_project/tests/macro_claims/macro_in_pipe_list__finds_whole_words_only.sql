-- A word that is part of another is not in the list; an empty or null list holds nothing.
with worked as (
    select
        {{ in_pipe_list("'plan_issued'", "'assess_agreed|plan_issued'") }} as is_there,
        {{ in_pipe_list("'plan'", "'assess_agreed|plan_issued'") }} as is_part_there,
        {{ in_pipe_list("'plan'", "''") }} as is_in_empty,
        {{ in_pipe_list("'plan'", "cast(null as varchar)") }} as is_in_null
)

select *
from worked
where not is_there or is_part_there or is_in_empty or is_in_null
