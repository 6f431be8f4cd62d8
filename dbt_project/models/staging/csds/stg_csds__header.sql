select
    source.version,
    source.orgid_provider as provider_id,
    source.orgid_submitter as submitter_id,
    source.rp_startdate as reporting_start_date,
    source.rp_enddate as reporting_end_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp000header') }} as source
