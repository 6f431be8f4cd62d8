select
    source.senneedtableid as need_id,
    source.activeplanstableid as active_plan_id,
    source.sentype as need_type,
    source.sentyperank as need_rank,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sen2_senneed') }} as source
