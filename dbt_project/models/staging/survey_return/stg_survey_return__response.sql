select
    source.instrument,
    source.wave,
    source.fieldwork_start,
    source.fieldwork_end,
    source.area,
    source.service,
    source.question,
    source.question_version,
    source.respondent_type,
    source.invited,
    source.returned,
    source.valid,
    source.positive,
    source.neutral,
    source.negative,
    source.not_applicable,
    {{ sent_with('source') }}
from {{ source('raw', 'survey_return_response') }} as source
