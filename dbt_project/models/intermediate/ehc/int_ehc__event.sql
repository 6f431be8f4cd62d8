with ehc_case as (
    select * from {{ ref('int_ehc__case') }}
),

dated as (
    select
        *,
        'request_received' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    union all
    select
        *,
        case request_outcome
            when 'Y' then 'assess_agreed' when 'N' then 'assess_refused' when 'W' then 'request_withdrawn'
        end as event_type,
        request_outcome_date as event_date,
        request_source_row as source_row
    from ehc_case
    where request_outcome in ('Y', 'N', 'W')
    union all
    select
        *,
        'plan_issued' as event_type,
        plan_issued_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    union all
    select
        *,
        'plan_refused' as event_type,
        plan_refused_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    union all
    select
        *,
        'assessment_withdrawn' as event_type,
        assessment_withdrawn_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    -- What follows has no day of its own in the return and is dated on the request, which every case has.
    union all
    select
        *,
        'request_closed_undated' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    where is_closed_undated
    union all
    select
        *,
        'request_exported' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    where is_exported
    union all
    select
        *,
        'exception_recorded' as event_type,
        received_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    where is_excepted
    union all
    select
        *,
        'request_historical' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    where is_request_historical
    union all
    select
        *,
        'assessment_historical' as event_type,
        received_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    where is_assessment_historical
    union all
    select
        *,
        'assessed_elsewhere' as event_type,
        received_date as event_date,
        assessment_source_row as source_row
    from ehc_case
    where is_assessed_elsewhere
    union all
    select
        *,
        'plan_transferred_in' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    where is_transferred_in
    union all
    select
        *,
        'rows_quarantined' as event_type,
        received_date as event_date,
        request_source_row as source_row
    from ehc_case
    where is_incomplete
)

select
    {{ surrogate_key(["'sen2'", 'case_id', 'event_type', 'event_date', 'submission_id', 'source_row']) }} as event_id,
    person_key,
    case_id,
    'ehc' as pathway,
    'ehc' as service,
    'statutory' as tier,
    event_type,
    event_date,
    area_id as provider_id,
    area_id,
    'maintaining' as area_basis,
    'sen2' as source_feed,
    source_row,
    submission_id
from dated
where event_date is not null
