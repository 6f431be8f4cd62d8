select
    source.pupilonrolltableid as pupil_id,
    source.startdate as start_date,
    source.category,
    source.sessions,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_termlyexclusionsonroll') }} as source
