select
    source.servicerequestid as service_request_id,
    source.teamid_local as team_id,
    source.teamtype as team_type,
    source.referral_closuredate as closure_date,
    source.referral_rejectiondate as rejection_date,
    source.referral_closurereason as closure_reason,
    source.referral_rejectionreason as rejection_reason,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp102servicetypereferredto') }} as source
