select
    source.servicerequestid as service_request_id,
    source.codedasstooltype as assessment_tool,
    source.asstoolcomptimestamp as completed_at,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'mhsds_mhs606codedscoreassessmentrefer') }} as source
