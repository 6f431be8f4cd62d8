select
    source.servicerequestid as service_request_id,
    source.codedasstooltype as assessment_tool,
    source.asstoolcomptimestamp as completed_at,
    {{ sent_with('source') }}
from {{ source('raw', 'mhsds_mhs606codedscoreassessmentrefer') }} as source
