with parameter as (
    select
        quarter,
        as_of
    from {{ ref('stg_submission__run_parameter') }}
),

-- A council that sent no children-in-need census leaves the question open; it does not answer no.
answered as (
    select distinct partner_id as area_id
    from {{ ref('stg_submission__submission') }}
    where feed = 'cin' and is_selected and status = 'accepted'
),

main_school as (
    select
        *,
        row_number() over (
            partition by area_id, person_key order by census_period_end desc, sessions_possible desc, pupil_key asc
        ) as main_rank
    from {{ ref('int_education__pupil') }}
    where is_main
),

subsidiary as (
    select
        area_id,
        person_key,
        min(phase) as phase
    from {{ ref('int_education__pupil') }}
    where not is_main
    group by area_id, person_key
),

placement as (
    select
        request.partner_id as area_id,
        request.person_key,
        min(place.urn) as urn,
        max(case when place.setting_code = 'EHE' then 1 else 0 end) = 1 as is_home_educated,
        max(coalesce(active_plan.last_review_date, active_plan.review_meeting_date)) as last_review_date
    from {{ ref('stg_sen2__request') }} as request
    inner join {{ ref('stg_sen2__active_plan') }} as active_plan
        on request.submission_id = active_plan.submission_id and request.request_id = active_plan.request_id
    left join {{ ref('stg_sen2__placement') }} as place
        on
            active_plan.submission_id = place.submission_id
            and active_plan.active_plan_id = place.active_plan_id
            and place.placement_rank = '1'
            and place.leaving_date is null
    group by request.partner_id, request.person_key
),

amended as (
    select
        review.partner_id as area_id,
        review.person_key,
        max(review.final_amended_date) as final_amended_date
    from {{ ref('stg_ehc_local__review') }} as review
    cross join parameter
    where review.final_amended_date <= parameter.as_of
    group by review.partner_id, review.person_key
),

listed as (
    select
        1 as list_number,
        plan.area_id,
        plan.person_key,
        plan.primary_need,
        plan.start_date as initial_plan_date
    from {{ ref('int_ehc__plan') }} as plan
    where plan.is_in_force
    union all
    select
        2 as list_number,
        pupil.area_id,
        pupil.person_key,
        pupil.primary_need,
        cast(null as date) as initial_plan_date
    from main_school as pupil
    left join {{ ref('int_ehc__plan') }} as plan on pupil.person_key = plan.person_key and plan.is_in_force
    where pupil.main_rank = 1 and pupil.sen_provision = 'K' and plan.person_key is null
)

select
    parameter.quarter,
    listed.list_number,
    listed.area_id,
    listed.person_key,
    gender.annex_a_value as gender,
    coalesce(ethnicity.annex_a_value, 'u) UNKNOWN') as ethnicity,
    listed.initial_plan_date,
    case when amended.final_amended_date > listed.initial_plan_date then amended.final_amended_date end
        as updated_plan_date,
    case when listed.list_number = 1 then placement.last_review_date end as last_review_date,
    need.annex_a_value as primary_need,
    placement.urn as main_urn,
    main_phase.annex_a_value as main_phase,
    subsidiary_phase.annex_a_value as subsidiary_phase,
    coalesce(placement.is_home_educated, false) as is_home_educated,
    main_school.suspension_count,
    main_school.permanent_exclusion_count,
    -- More sessions missed than were possible cannot be believed, and is no percentage.
    case
        when main_school.sessions_possible > 0 and main_school.sessions_absent <= main_school.sessions_possible
            then round(100.0 * main_school.sessions_absent / main_school.sessions_possible, 1)
    end as absence_pct,
    main_school.has_pupil_premium,
    case when answered.area_id is not null then coalesce(social_care.is_open, false) end as is_known_to_social_care,
    case
        when social_care.has_protection_plan then 'child protection'
        when social_care.is_open then 'children in need'
    end as social_care_team,
    social_care.has_disability
from listed
cross join parameter
inner join {{ ref('dim_person') }} as person on listed.person_key = person.person_key
left join main_school
    on
        listed.area_id = main_school.area_id
        and listed.person_key = main_school.person_key
        and main_school.main_rank = 1
left join subsidiary on listed.area_id = subsidiary.area_id and listed.person_key = subsidiary.person_key
left join placement on listed.area_id = placement.area_id and listed.person_key = placement.person_key
left join amended on listed.area_id = amended.area_id and listed.person_key = amended.person_key
left join {{ ref('int_education__social_care') }} as social_care
    on listed.area_id = social_care.area_id and listed.person_key = social_care.person_key
left join answered on listed.area_id = answered.area_id
left join {{ ref('annex_a_code') }} as gender on gender.item = 'gender' and person.sex = gender.code
left join {{ ref('annex_a_code') }} as ethnicity on ethnicity.item = 'ethnicity' and person.ethnicity = ethnicity.code
left join {{ ref('annex_a_code') }} as need on need.item = 'need' and listed.primary_need = need.code
left join {{ ref('annex_a_code') }} as main_phase on main_phase.item = 'phase' and main_school.phase = main_phase.code
left join {{ ref('annex_a_code') }} as subsidiary_phase
    on subsidiary_phase.item = 'phase' and subsidiary.phase = subsidiary_phase.code
