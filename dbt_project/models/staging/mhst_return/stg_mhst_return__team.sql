select
    source.as_of,
    source.area,
    source.teams_commissioned,
    source.teams_operational,
    source.teams_in_training,
    source.practitioners_fte,
    {{ sent_with('source') }}
from {{ source('raw', 'mhst_return_team') }} as source
