select
    source.pupilonrolltableid as pupil_id,
    source.attendancereason as attendance_reason,
    source.sessions,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'school_census_summerhalfterm2sessiondetailsonroll') }} as source
