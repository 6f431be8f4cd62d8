-- Identifiers of contacts repeat across referrals (sources 3.5).
with contact as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'care_contact_id']) }} as record_rank
    from {{ ref('stg_csds__care_contact') }}
),

activity as (
    select
        *,
        {{ latest_record(['partner_id', 'care_activity_id']) }} as record_rank
    from {{ ref('stg_csds__care_activity') }}
),

contact_role as (
    select
        activity.partner_id,
        activity.care_contact_id,
        max(case when activity_role.role = 'treatment' then 1 else 0 end) = 1 as has_treatment,
        max(case when activity_role.role = 'assessment' then 1 else 0 end) = 1 as has_assessment
    from activity
    left join {{ ref('activity_role') }} as activity_role on activity.activity_type = activity_role.activity_type
    where activity.record_rank = 1
    group by activity.partner_id, activity.care_contact_id
),

service_type as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'team_id']) }} as record_rank
    from {{ ref('stg_csds__service_type') }}
),

-- Every team of a referral; a team of a service that has no clock here has none, and is a team all the same.
team as (
    select
        service_type.partner_id,
        service_type.service_request_id,
        service_type.team_id,
        service_type.team_type,
        service.service
    from service_type
    left join {{ ref('service') }} as service on service_type.team_type = service.team_type
    where service_type.record_rank = 1
),

-- Where a referral went to one service only, the contact is that service's whatever team it names.
only_service as (
    select
        partner_id,
        service_request_id,
        min(service) as service
    from team
    group by partner_id, service_request_id
    having count(distinct coalesce(service, team_type)) = 1
)

select
    {{ surrogate_key(['contact.partner_id', 'contact.service_request_id', 'contact.care_contact_id']) }} as contact_key,
    contact.partner_id as provider_id,
    contact.service_request_id,
    contact.care_contact_id,
    coalesce(team.service, only_service.service) as service,
    contact.contact_date,
    attendance_role.role as attendance_role,
    coalesce(attendance_role.role = 'attended', false) as is_attended,
    coalesce(attendance_role.role = 'attended' and contact_role.has_treatment, false) as is_treatment,
    coalesce(attendance_role.role = 'attended' and contact_role.has_assessment, false) as is_assessment,
    contact.submission_id,
    contact.source_row
from contact
left join {{ ref('attendance_role') }} as attendance_role
    on contact.attendance_status = attendance_role.attendance_status
left join contact_role
    on contact.partner_id = contact_role.partner_id and contact.care_contact_id = contact_role.care_contact_id
left join team
    on
        contact.partner_id = team.partner_id
        and contact.service_request_id = team.service_request_id
        and contact.team_id = team.team_id
left join only_service
    on contact.partner_id = only_service.partner_id and contact.service_request_id = only_service.service_request_id
where contact.record_rank = 1
