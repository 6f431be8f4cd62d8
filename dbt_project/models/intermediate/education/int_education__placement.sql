with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

-- The main placement that runs at the end of the quarter; of two, the one entered last.
placement as (
    select
        {{ surrogate_key(['active_plan.partner_id', 'active_plan.request_id']) }} as case_id,
        place.setting_code,
        place.urn is not null or place.ukprn is not null as has_number,
        coalesce(place.is_sen_unit, false) as is_sen_unit,
        coalesce(place.is_resourced_provision, false) as is_resourced_provision,
        row_number() over (
            partition by active_plan.submission_id, active_plan.request_id
            order by place.placement_rank asc, coalesce(place.entry_date, date '1900-01-01') desc, place.source_row asc
        ) as standing_rank
    from {{ ref('stg_sen2__active_plan') }} as active_plan
    inner join {{ ref('stg_sen2__placement') }} as place
        on active_plan.submission_id = place.submission_id and active_plan.active_plan_id = place.active_plan_id
    cross join parameter
    where
        coalesce(place.entry_date <= parameter.as_of, true) and coalesce(place.leaving_date > parameter.as_of, true)
),

-- Where the newest censuses have the child on roll: with the maintaining council, else with another of ours.
rolled as (
    select
        plan.plan_id,
        pupil.area_id as roll_area_id,
        pupil.phase,
        row_number() over (
            partition by plan.plan_id
            order by case when pupil.area_id = plan.area_id then 0 else 1 end, pupil.pupil_key
        ) as roll_rank
    from {{ ref('int_ehc__plan') }} as plan
    inner join {{ ref('int_education__pupil') }} as pupil on plan.person_key = pupil.person_key and pupil.is_counted
    where plan.is_in_force
)

select
    plan.plan_id,
    plan.area_id,
    plan.person_key,
    case
        when setting.setting_type is not null and not setting.has_establishment then setting.setting_type
        when placement.is_sen_unit then 'sen_unit'
        when placement.is_resourced_provision then 'resourced_provision'
        else
            coalesce(
                roll_phase.setting_type,
                setting.setting_type,
                case when placement.has_number then 'establishment_of_unknown_kind' end,
                'not_told'
            )
    end as setting_type,
    case
        when setting.setting_type is not null and not setting.has_establishment then 'no_establishment'
        when rolled.roll_area_id = plan.area_id then 'in_area'
        when rolled.roll_area_id is not null then 'out_of_area'
        else 'not_known'
    end as placed,
    case
        when coalesce(setting.has_establishment, true) then rolled.roll_area_id
    end as roll_area_id
from {{ ref('int_ehc__plan') }} as plan
inner join {{ ref('dim_person') }} as person
    on plan.person_key = person.person_key and not person.is_aged_out and not person.is_deceased
left join placement on plan.case_id = placement.case_id and placement.standing_rank = 1
left join rolled on plan.plan_id = rolled.plan_id and rolled.roll_rank = 1
left join {{ ref('placement_setting') }} as setting
    on setting.told_by = 'setting' and placement.setting_code = setting.code
left join {{ ref('placement_setting') }} as roll_phase
    on roll_phase.told_by = 'phase' and rolled.phase = roll_phase.code
where plan.is_in_force
