select
    source.version,
    source.orgid_provider as provider_id,
    source.orgid_submitter as submitter_id,
    source.rp_startdate as reporting_start_date,
    source.rp_enddate as reporting_end_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp000header') }} as source
