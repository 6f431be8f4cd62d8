select
    source.pupilonrolltableid as pupil_id,
    source.sentyperank as need_rank,
    source.sentype as need_type,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_senneeds') }} as source
