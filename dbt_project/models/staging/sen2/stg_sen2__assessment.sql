select
    source.assessmenttableid as assessment_id,
    source.requeststableid as request_id,
    source.assessmentoutcome as outcome,
    source.assessmentoutcomedate as outcome_date,
    source.assessmentmediation as has_mediation,
    source.assessmenttribunal as has_tribunal,
    source.othermediation as has_other_mediation,
    source.othertribunal as has_other_tribunal,
    source.week20 as has_exception,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_assessment') }} as source
