select
    source.activeplanstableid as active_plan_id,
    source.requeststableid as request_id,
    source.transferla as transfer_la,
    source.reviewmeeting as review_meeting_date,
    source.reviewoutcome as review_outcome,
    source.reviewdraft as review_draft_date,
    source.phasetransferduedate as phase_transfer_due_date,
    source.phasetransferfinaldate as phase_transfer_final_date,
    source.lastreview as last_review_date,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_activeplans') }} as source
