select
    source.lachildid as child_id,
    source.disability as disability_code,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'cin_disability') }} as source
