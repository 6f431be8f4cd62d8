with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

request as (
    select
        request.*,
        -- A file holds all that was open in its quarter, so a row that is no longer sent was closed.
        request.last_seen_date < parameter.as_of and request.discharge_date is null as is_closure_inferred
    from {{ ref('int_local__request') }} as request
    cross join parameter
)

select
    {{ surrogate_key([
        'request.source_feed', 'request.provider_id', 'request.service_request_id', 'request.service'
    ]) }} as referral_key,
    request.provider_id,
    request.service_request_id,
    request.person_key,
    request.service,
    service.pathway,
    service.tier,
    service.spell_gap_days,
    request.strand,
    request.service is not null as is_in_scope,
    request.received_date,
    request.accepted_date,
    request.rejection_date,
    request.discharge_date,
    request.last_seen_date,
    request.is_closure_inferred,
    coalesce(
        request.discharge_date, case when request.is_closure_inferred then request.last_seen_date end
    ) as closed_date,
    -- Turned away, if that is what closed it.
    coalesce(request.rejection_date <= request.discharge_date, false) as is_rejected,
    -- No local feed has referral-to-treatment periods.
    cast(null as date) as untreated_date,
    request.is_incomplete,
    request.source_feed,
    request.submission_id,
    request.source_row
from request
left join {{ ref('service') }} as service on request.service = service.service
