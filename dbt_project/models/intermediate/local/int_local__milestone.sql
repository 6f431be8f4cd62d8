with request as (
    select * from {{ ref('int_local__request') }}
),

-- How much support a child had in a quarter is told without days: it is dated at the quarter's end, or when the child
-- left.
used as (
    select
        'sensory_support' as source_feed,
        partner_id as provider_id,
        caseload_id as service_request_id,
        least(end_date, period_end) as event_date,
        submission_id,
        source_row
    from {{ ref('stg_sensory_support__caseload') }}
    where visits_in_period > 0
    union all
    select
        'short_breaks' as source_feed,
        partner_id as provider_id,
        package_id as service_request_id,
        least(end_date, period_end) as event_date,
        submission_id,
        source_row
    from {{ ref('stg_short_breaks__package') }}
    where nights_used > 0 or hours_used > 0
),

dated as (
    select
        source_feed,
        provider_id,
        service_request_id,
        'assessment_given' as event_type,
        assessed_date as event_date,
        submission_id,
        source_row
    from request
    union all
    select
        source_feed,
        provider_id,
        service_request_id,
        case source_feed
            when 'equipment' then 'equipment_delivered'
            when 'short_breaks' then 'short_break_started'
        end as event_type,
        fulfilled_date as event_date,
        submission_id,
        source_row
    from request
    union all
    select
        source_feed,
        provider_id,
        service_request_id,
        'support_used' as event_type,
        event_date,
        submission_id,
        source_row
    from used
)

select
    {{ surrogate_key([
        'source_feed', 'provider_id', 'service_request_id', 'event_type', 'event_date', 'submission_id', 'source_row'
    ]) }} as milestone_key,
    provider_id,
    service_request_id,
    event_type,
    event_date,
    source_feed,
    submission_id,
    source_row
from dated
where event_date is not null
