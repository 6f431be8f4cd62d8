select
    source.schoolcensustableid as return_id,
    source.phase,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_school') }} as source
