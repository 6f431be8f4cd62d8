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
    source.exported as exported_to,
    source.has_quarantined_descendant,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_requests') }} as source
