select
    source.placementdetailtableid as placement_id,
    source.activeplanstableid as active_plan_id,
    source.urn,
    source.ukprn,
    source.sensetting as setting_code,
    source.placementrank as placement_rank,
    source.entrydate as entry_date,
    source.leavingdate as leaving_date,
    source.senunitindicator as is_sen_unit,
    source.resourcedprovisionindicator as is_resourced_provision,
    source.res as residential_code,
    source.wbp as work_based_code,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_placementdetail') }} as source
