select
    source.schoolcensustableid as return_id,
    source.phase,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'school_census_school') }} as source
