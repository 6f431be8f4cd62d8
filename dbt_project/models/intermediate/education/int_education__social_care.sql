with disability as (
    select
        partner_id,
        person_key,
        max(case when disability_code <> 'NONE' then 1 else 0 end) = 1 as has_disability,
        max(submission_id) as submission_id
    from {{ ref('stg_cin__disability') }}
    group by partner_id, person_key
),

protection as (
    select distinct
        submission_id,
        episode_id
    from {{ ref('stg_cin__protection_plan') }}
    where end_date is null
),

episode as (
    select
        episode.partner_id,
        episode.person_key,
        max(case when episode.closure_date is null and not episode.is_no_further_action then 1 else 0 end) = 1
            as is_open,
        max(case when protection.episode_id is not null then 1 else 0 end) = 1 as has_protection_plan
    from {{ ref('stg_cin__episode') }} as episode
    left join protection
        on episode.submission_id = protection.submission_id and episode.episode_id = protection.episode_id
    group by episode.partner_id, episode.person_key
),

-- Short breaks (V3, V4) are not being looked after. The spell of care began with its newest start (S).
care as (
    select
        partner_id,
        person_key,
        max(case when end_date is null and start_date <= period_end then 1 else 0 end) = 1 as is_looked_after,
        max(case when new_episode_reason = 'S' then start_date end) as looked_after_since,
        max(period_end) as period_end
    from {{ ref('stg_ssda903__episode') }}
    where legal_status not in ('V3', 'V4')
    group by partner_id, person_key
),

child as (
    select
        partner_id,
        person_key
    from episode
    union
    select
        partner_id,
        person_key
    from care
    union
    select
        partner_id,
        person_key
    from disability
)

select
    child.partner_id as area_id,
    child.person_key,
    coalesce(episode.is_open, false) as is_open,
    coalesce(episode.has_protection_plan, false) as has_protection_plan,
    disability.has_disability,
    disability.submission_id as disability_submission_id,
    coalesce(care.is_looked_after, false) as is_looked_after,
    case when care.is_looked_after then care.looked_after_since end as looked_after_since,
    -- Twelve months to the last day of the return, that day included (sources 4.2, OC2).
    coalesce(
        care.is_looked_after
        and {{ add_months('care.looked_after_since', 12) }} <= {{ add_days('care.period_end', 1) }},
        false
    ) as is_looked_after_12_months
from child
left join episode on child.partner_id = episode.partner_id and child.person_key = episode.person_key
left join disability on child.partner_id = disability.partner_id and child.person_key = disability.person_key
left join care on child.partner_id = care.partner_id and child.person_key = care.person_key
