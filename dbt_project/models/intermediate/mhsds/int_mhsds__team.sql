-- Version 5 names every team of a referral and its type in MHS102. Version 6 has the first team on the referral, the
-- others in MHS102, and the type of each in MHS902.
with referral as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id']) }} as record_rank
    from {{ ref('stg_mhsds__referral') }}
),

detail as (
    select
        *,
        {{ latest_record(['partner_id', 'team_id']) }} as record_rank
    from {{ ref('stg_mhsds__team') }}
),

asked as (
    select
        partner_id,
        service_request_id,
        team_id,
        cast(null as varchar) as team_type,
        cast(null as date) as closure_date,
        rejection_date,
        record_rank = 1 as is_first,
        period_end,
        received_at,
        source_row
    from referral
    where team_id is not null
    union all
    select
        partner_id,
        service_request_id,
        team_id,
        team_type,
        closure_date,
        rejection_date,
        false as is_first,
        period_end,
        received_at,
        source_row
    from {{ ref('stg_mhsds__service_type') }}
),

-- A referral of which no team is named is told by its reason alone.
named as (
    select * from asked
    union all
    select
        referral.partner_id,
        referral.service_request_id,
        cast(null as varchar) as team_id,
        cast(null as varchar) as team_type,
        cast(null as date) as closure_date,
        referral.rejection_date,
        true as is_first,
        referral.period_end,
        referral.received_at,
        referral.source_row
    from referral
    left join asked
        on referral.partner_id = asked.partner_id and referral.service_request_id = asked.service_request_id
    where referral.record_rank = 1 and asked.partner_id is null
),

-- Rows of two files have no order: what they say of one team in one extract is put together.
told as (
    select
        partner_id,
        service_request_id,
        coalesce(team_id, team_type, '-') as team_slot,
        max(team_id) as team_id,
        max(team_type) as team_type,
        max(closure_date) as closure_date,
        max(rejection_date) as rejection_date,
        max(case when is_first then 1 else 0 end) = 1 as is_first,
        period_end,
        received_at,
        min(source_row) as source_row
    from named
    group by partner_id, service_request_id, coalesce(team_id, team_type, '-'), period_end, received_at
),

ranked as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'team_slot']) }} as record_rank
    from told
),

team as (
    select
        ranked.partner_id,
        ranked.service_request_id,
        ranked.team_slot,
        ranked.team_id,
        coalesce(ranked.team_type, detail.team_type) as team_type,
        ranked.is_first,
        ranked.closure_date,
        ranked.rejection_date,
        ranked.period_end
    from ranked
    left join detail
        on ranked.partner_id = detail.partner_id and ranked.team_id = detail.team_id and detail.record_rank = 1
    where ranked.record_rank = 1
),

{{ service_of_teams('mhsds', has_suspected=false) }}
