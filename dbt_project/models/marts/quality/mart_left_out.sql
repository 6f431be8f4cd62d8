with counted as (
    select
        partner_id,
        feed,
        reason,
        sum(row_count) as row_count
    from {{ ref('stg_submission__left_out') }}
    group by partner_id, feed, reason
)

select
    parameter.quarter,
    counted.partner_id,
    counted.feed,
    counted.reason,
    counted.reason <> 'not_matchable' as is_left_out,
    cast(counted.row_count as bigint) as row_count,
    cast(child.child_count as bigint) as child_count
from counted
cross join {{ ref('stg_submission__run_parameter') }} as parameter
left join {{ ref('stg_submission__left_out_child') }} as child
    on
        counted.partner_id = child.partner_id
        and counted.feed = child.feed
        and counted.reason = child.reason
