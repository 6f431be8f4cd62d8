select
    source.pupilonrolltableid as pupil_id,
    source.attendancereason as attendance_reason,
    source.sessions,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_termlysessiondetailsonroll') }} as source
