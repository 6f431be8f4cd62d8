with disability as (
    select
        partner_id,
        person_key,
        max(case when disability_code <> 'NONE' then 1 else 0 end) = 1 as has_disability
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

child as (
    select
        partner_id,
        person_key
    from episode
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
    disability.has_disability
from child
left join episode on child.partner_id = episode.partner_id and child.person_key = episode.person_key
left join disability on child.partner_id = disability.partner_id and child.person_key = disability.person_key
