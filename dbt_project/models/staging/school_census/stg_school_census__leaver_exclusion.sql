select
    source.pupilnolongeronrolltableid as leaver_id,
    source.startdate as start_date,
    source.category,
    source.senprovision as sen_provision,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'school_census_termlyexclusionsoffroll') }} as source
