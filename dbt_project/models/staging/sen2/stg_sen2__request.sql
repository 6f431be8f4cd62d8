select
    source.requeststableid as request_id,
    source.persontableid as person_id,
    source.person_key,
    source.receiveddate as received_date,
    source.requestsource as request_source,
    source.rya as is_relevant_youth_accommodation,
    source.requestoutcomedate as outcome_date,
    source.requestoutcome as outcome,
    source.requestmediation as has_mediation,
    source.requesttribunal as has_tribunal,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'sen2_requests') }} as source
