select
    parameter.quarter,
    span.person_key,
    span.basis,
    span.area_id,
    nullif(span.from_date, date '1900-01-01') as from_date,
    cast({{ add_days('span.next_date', -1) }} as date) as to_date,
    span.next_date is null as is_current,
    span.source_feed
from {{ ref('int_person__authority_span') }} as span
cross join {{ ref('stg_submission__run_parameter') }} as parameter
