select
    source.plandetailtableid as plan_detail_id,
    source.namedplantableid as named_plan_id,
    source.urn,
    source.ukprn,
    source.sensetting as setting_code,
    source.placementrank as placement_rank,
    source.senunitindicator as is_sen_unit,
    source.resourcedprovisionindicator as is_resourced_provision,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sen2_plandetail') }} as source
