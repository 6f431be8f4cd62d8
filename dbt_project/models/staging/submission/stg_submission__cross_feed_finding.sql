select
    source.rule,
    source.feed,
    source.table_name,
    source.partner as partner_id,
    source.submission_id,
    source.source_row
from {{ source('raw', 'cross_feed_finding') }} as source
