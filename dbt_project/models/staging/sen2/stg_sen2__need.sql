select
    source.senneedtableid as need_id,
    source.activeplanstableid as active_plan_id,
    source.sentype as need_type,
    source.sentyperank as need_rank,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_senneed') }} as source
