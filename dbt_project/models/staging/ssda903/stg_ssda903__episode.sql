select
    source.child as child_id,
    source.decom as start_date,
    source.rne as new_episode_reason,
    source.ls as legal_status,
    source.place as placement_code,
    source.dec as end_date,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'ssda903_episodes') }} as source
