select
    source.submission_id,
    source.feed,
    source.table_name,
    source.accepted as accepted_count,
    source.loaded as loaded_count,
    source.no_agreement as no_agreement_count,
    source.opted_out as opted_out_count
from {{ source('raw', 'submission_table') }} as source
