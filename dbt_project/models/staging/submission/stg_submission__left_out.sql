select
    source.submission_id,
    source.partner as partner_id,
    source.feed,
    source.table_name,
    source.reason,
    source.rows as row_count
from {{ source('raw', 'left_out') }} as source
