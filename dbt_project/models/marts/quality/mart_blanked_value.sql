select
    parameter.quarter,
    blanked.partner_id,
    blanked.feed,
    blanked.table_name,
    blanked.column_name,
    cast(sum(blanked.value_count) as bigint) as value_count
from {{ ref('stg_submission__blanked_value') }} as blanked
cross join {{ ref('stg_submission__run_parameter') }} as parameter
group by
    parameter.quarter,
    blanked.partner_id,
    blanked.feed,
    blanked.table_name,
    blanked.column_name
