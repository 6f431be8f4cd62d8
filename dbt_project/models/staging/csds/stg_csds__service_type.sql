select
    source.servicerequestid as service_request_id,
    source.teamid_local as team_id,
    source.teamtype as team_type,
    source.referral_closuredate as closure_date,
    source.referral_rejectiondate as rejection_date,
    source.referral_closurereason as closure_reason,
    source.referral_rejectionreason as rejection_reason,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp102servicetypereferredto') }} as source
