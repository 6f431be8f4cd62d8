{#
    One row per care contact of a national feed (csds, mhsds), as the provider last sent it, with what it means to a wait.

    activity_code: the column of stg_<feed>__care_activity that says what was done; role_seed: the seed that says what that means, with
    columns `activity_code` and role. unlisted: the role of a code that the seed does not list. professional: the column that names who did it,
    or null.
#}
{% macro contact_of_services(feed, activity_code, role_seed, unlisted, professional) %}
with contact as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'care_contact_id']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__care_contact') }}
),

activity as (
    select
        *,
        {{ latest_record(['partner_id', 'care_activity_id']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__care_activity') }}
),

done as (
    select
        activity.partner_id,
        activity.care_contact_id,
        activity.{{ professional or 'care_contact_id' }} as professional_id,
        coalesce(role_seed.role, case when activity.{{ activity_code }} is not null then '{{ unlisted }}' end) as role
    from activity
    left join {{ ref(role_seed) }} as role_seed on activity.{{ activity_code }} = role_seed.{{ activity_code }}
    where activity.record_rank = 1
),

contact_role as (
    select
        partner_id,
        care_contact_id,
        max(case when role = 'treatment' then 1 else 0 end) = 1 as has_treatment,
        max(case when role = 'assessment' then 1 else 0 end) = 1 as has_assessment,
        {%- if professional %}
        min(professional_id) as professional_id,
        -- Two who worked with the child in one contact; where nobody is named, nothing is known.
        case when count(professional_id) > 0 then count(distinct professional_id) > 1 end as is_joint
        {%- else %}
        cast(null as varchar) as professional_id,
        cast(null as boolean) as is_joint
        {%- endif %}
    from done
    group by partner_id, care_contact_id
),

team as (
    select * from {{ ref('int_' ~ feed ~ '__team') }}
),

-- A contact that names no team is of the team that was asked first, where the feed tells which.
first_team as (
    select
        partner_id,
        service_request_id,
        min(service) as service
    from team
    where is_first
    group by partner_id, service_request_id
),

-- Where a referral went to one service only, the contact is that service's whatever team it names. A team of no service is a team all the same.
only_service as (
    select
        partner_id,
        service_request_id,
        min(service) as service
    from team
    group by partner_id, service_request_id
    having count(distinct coalesce(service, team_type, team_key)) = 1
)

select
    {{ surrogate_key(
        ["'" ~ feed ~ "'", 'contact.partner_id', 'contact.service_request_id', 'contact.care_contact_id']
    ) }} as contact_key,
    contact.partner_id as provider_id,
    contact.service_request_id,
    contact.care_contact_id,
    coalesce(
        case when contact.team_id is null then first_team.service else team.service end, only_service.service
    ) as service,
    contact.contact_date,
    attendance_role.role as attendance_role,
    coalesce(attendance_role.role = 'attended', false) as is_attended,
    coalesce(attendance_role.role = 'attended' and contact_role.has_treatment, false) as is_treatment,
    coalesce(attendance_role.role = 'attended' and contact_role.has_assessment, false) as is_assessment,
    contact_role.professional_id,
    contact_role.is_joint,
    '{{ feed }}' as source_feed,
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
left join first_team
    on
        contact.partner_id = first_team.partner_id
        and contact.service_request_id = first_team.service_request_id
left join only_service
    on contact.partner_id = only_service.partner_id and contact.service_request_id = only_service.service_request_id
where contact.record_rank = 1
{% endmacro %}
