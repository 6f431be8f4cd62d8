select
    source.submission_id,
    source.feed,
    source.table_name,
    source.accepted as accepted_count,
    source.loaded as loaded_count
from {{ source('raw', 'submission_table') }} as source
