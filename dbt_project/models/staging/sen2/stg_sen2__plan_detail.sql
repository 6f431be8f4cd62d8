select
    source.plandetailtableid as plan_detail_id,
    source.namedplantableid as named_plan_id,
    source.urn,
    source.ukprn,
    source.sensetting as setting_code,
    source.placementrank as placement_rank,
    source.senunitindicator as is_sen_unit,
    source.resourcedprovisionindicator as is_resourced_provision,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_plandetail') }} as source
