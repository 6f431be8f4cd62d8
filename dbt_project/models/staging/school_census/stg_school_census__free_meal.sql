select
    source.pupilonrolltableid as pupil_id,
    source.fsmstartdate as start_date,
    source.fsmenddate as end_date,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_fsmperiod') }} as source
