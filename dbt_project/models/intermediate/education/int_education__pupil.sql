with newest as (
    select
        *,
        {{ latest_record(['partner_id', 'pupil_id']) }} as record_rank
    from {{ ref('stg_school_census__pupil') }}
),

-- An autumn census asks about both halves of the summer term, each in a table of its own.
attended as (
    select
        submission_id,
        pupil_id,
        attendance_reason,
        sessions
    from {{ ref('stg_school_census__session') }}
    union all
    select
        submission_id,
        pupil_id,
        attendance_reason,
        sessions
    from {{ ref('stg_school_census__summer_session') }}
),

absence as (
    select
        attended.submission_id,
        attended.pupil_id,
        sum(case when role.role is not null then attended.sessions else 0 end) as sessions_absent
    from attended
    left join {{ ref('school_attendance_role') }} as role on attended.attendance_reason = role.attendance_reason
    group by attended.submission_id, attended.pupil_id
),

exclusion as (
    select
        submission_id,
        pupil_id,
        sum(case when category in ('SUSP', 'FIXD', 'LNCH') then 1 else 0 end) as suspension_count,
        sum(case when category = 'PERM' then 1 else 0 end) as permanent_exclusion_count
    from {{ ref('stg_school_census__exclusion') }}
    group by submission_id, pupil_id
),

need as (
    select
        submission_id,
        pupil_id,
        min(case when need_rank = 1 then need_type end) as primary_need
    from {{ ref('stg_school_census__need') }}
    group by submission_id, pupil_id
),

-- A return that names two schools is warned of; its pupils are still counted once.
school as (
    select
        submission_id,
        return_id,
        min(phase) as phase
    from {{ ref('stg_school_census__school') }}
    group by submission_id, return_id
),

free_meal as (
    select distinct
        submission_id,
        pupil_id
    from {{ ref('stg_school_census__free_meal') }}
),

registration as (
    select
        {{ surrogate_key(['pupil.partner_id', 'pupil.submission_id', 'pupil.pupil_id']) }} as pupil_key,
        pupil.person_key,
        pupil.partner_id as area_id,
        -- A blank status counts as a single registration, as the rule that warns of it says.
        coalesce(pupil.enrolment_status in ('C', 'M'), true) as is_main,
        pupil.sen_provision,
        pupil.entry_date,
        pupil.nc_year,
        school.phase,
        need.primary_need,
        pupil.sessions_possible + coalesce(pupil.summer_sessions_possible, 0) as sessions_possible,
        coalesce(
            absence.sessions_absent,
            pupil.sessions_authorised + pupil.sessions_unauthorised,
            case when pupil.sessions_possible is not null then 0 end
        ) as sessions_absent,
        cast(coalesce(exclusion.suspension_count, 0) as bigint) as suspension_count,
        cast(coalesce(exclusion.permanent_exclusion_count, 0) as bigint) as permanent_exclusion_count,
        -- Grounds of the pupil premium that the census tells: free meals, left care, a parent in the forces.
        free_meal.pupil_id is not null
        or coalesce(pupil.post_looked_after not in ('N'), false)
        or coalesce(pupil.service_child = 'Y', false) as has_pupil_premium,
        pupil.period_end as census_period_end,
        pupil.submission_id,
        pupil.source_row
    from newest as pupil
    left join school
        on pupil.submission_id = school.submission_id and pupil.return_id = school.return_id
    left join absence on pupil.submission_id = absence.submission_id and pupil.pupil_id = absence.pupil_id
    left join exclusion on pupil.submission_id = exclusion.submission_id and pupil.pupil_id = exclusion.pupil_id
    left join need on pupil.submission_id = need.submission_id and pupil.pupil_id = need.pupil_id
    left join free_meal on pupil.submission_id = free_meal.submission_id and pupil.pupil_id = free_meal.pupil_id
    where pupil.record_rank = 1
),

-- A child with two main registrations in one council counts once, where it could attend most.
ranked as (
    select
        *,
        row_number() over (
            partition by area_id, coalesce(person_key, pupil_key), is_main
            order by coalesce(sessions_possible, -1) desc, pupil_key asc
        ) as registration_rank
    from registration
),

counted as (
    select
        *,
        is_main and registration_rank = 1 as is_counted,
        case when not is_main then 'subsidiary' when registration_rank > 1 then 'second_registration' end
            as exclusion_reason,
        -- Of no session, and of more missed than possible, nothing is known.
        coalesce(sessions_possible > 0 and sessions_absent between 0 and sessions_possible, false) as is_absence_known
    from ranked
),

threshold as (
    select
        max(case when threshold_id = 'persistent_absence' then value end) as persistent_pct,
        max(case when threshold_id = 'severe_absence' then value end) as severe_pct
    from {{ ref('quality_threshold') }}
)

select
    counted.*,
    case
        when counted.is_absence_known
            then 100 * counted.sessions_absent >= threshold.persistent_pct * counted.sessions_possible
    end as is_persistently_absent,
    case
        when counted.is_absence_known
            then 100 * counted.sessions_absent >= threshold.severe_pct * counted.sessions_possible
    end as is_severely_absent
from counted
cross join threshold
