select
    source.child as child_id,
    source.decom as start_date,
    source.rne as new_episode_reason,
    source.ls as legal_status,
    source.place as placement_code,
    source.dec as end_date,
    source.person_key,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'ssda903_episodes') }} as source
