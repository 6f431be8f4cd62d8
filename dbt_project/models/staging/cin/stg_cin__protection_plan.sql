select
    source.cindetailsid as episode_id,
    source.cppstartdate as start_date,
    source.cppenddate as end_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'cin_childprotectionplan') }} as source
