-- A local feed tells of the first time a child was seen. A sleep team or a specialist teacher sees a child to help.
with request as (
    select * from {{ ref('int_local__request') }}
),

step as (
    select
        *,
        {{ latest_record(['partner_id', 'step_id']) }} as record_rank
    from {{ ref('stg_sleep_support__step') }}
),

seen as (
    select
        source_feed,
        provider_id,
        service_request_id,
        service_request_id as care_contact_id,
        service,
        seen_date as contact_date,
        submission_id,
        source_row
    from request
    where seen_date is not null
    union all
    select
        request.source_feed,
        request.provider_id,
        request.service_request_id,
        step.step_id as care_contact_id,
        request.service,
        step.first_attended_date as contact_date,
        step.submission_id,
        step.source_row
    from step
    inner join request
        on
            step.partner_id = request.provider_id
            and step.referral_id = request.service_request_id
            and request.source_feed = 'sleep_support'
    -- The first step's first contact is the referral's own.
    where step.record_rank = 1 and coalesce(step.first_attended_date <> request.seen_date, true)
)

select
    {{ surrogate_key(['seen.source_feed', 'seen.provider_id', 'seen.service_request_id', 'seen.care_contact_id']) }}
        as contact_key,
    seen.provider_id,
    seen.service_request_id,
    seen.care_contact_id,
    seen.service,
    seen.contact_date,
    'attended' as attendance_role,
    true as is_attended,
    true as is_treatment,
    false as is_assessment,
    cast(null as varchar) as professional_id,
    cast(null as boolean) as is_joint,
    seen.source_feed,
    seen.submission_id,
    seen.source_row
from seen
where seen.contact_date is not null
