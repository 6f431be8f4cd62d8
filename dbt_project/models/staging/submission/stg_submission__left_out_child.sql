select
    source.partner as partner_id,
    source.feed,
    source.reason,
    source.children as child_count
from {{ source('raw', 'left_out_child') }} as source
