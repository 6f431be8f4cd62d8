select
    source.pupilonrolltableid as pupil_id,
    source.fsmstartdate as start_date,
    source.fsmenddate as end_date,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'school_census_fsmperiod') }} as source
