select
    source.submission_id,
    source.partner as partner_id,
    source.feed,
    source.table_name,
    source.column_name,
    source.blanked as value_count
from {{ source('raw', 'blanked_value') }} as source
