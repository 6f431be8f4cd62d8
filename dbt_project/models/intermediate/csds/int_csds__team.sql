-- A team whose type was corrected asks for the new service and no longer for the old one.
with team as (
    select
        *,
        coalesce(team_id, team_type) as team_slot,
        {{ latest_record(['partner_id', 'service_request_id', 'coalesce(team_id, team_type)']) }} as record_rank
    from {{ ref('stg_csds__service_type') }}
),

referral as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id']) }} as record_rank
    from {{ ref('stg_csds__referral') }}
),

suspected as (
    select distinct
        partner_id,
        service_request_id,
        {{ diagnosis_code('diagnosis_scheme', 'diagnosis_code') }} as code
    from {{ ref('stg_csds__provisional_diagnosis') }}
),

trait as (
    select
        partner_id,
        service_request_id,
        team_slot,
        'team_type' as match_on,
        team_type as code
    from team
    where record_rank = 1
    union all
    select
        team.partner_id,
        team.service_request_id,
        team.team_slot,
        'referral_reason' as match_on,
        referral.referral_reason as code
    from team
    inner join referral
        on team.partner_id = referral.partner_id and team.service_request_id = referral.service_request_id
    where team.record_rank = 1 and referral.record_rank = 1
    union all
    select
        team.partner_id,
        team.service_request_id,
        team.team_slot,
        'provisional_diagnosis' as match_on,
        suspected.code
    from team
    inner join suspected
        on team.partner_id = suspected.partner_id and team.service_request_id = suspected.service_request_id
    where team.record_rank = 1
),

fitting as (
    {{ match_service('csds', 'trait', ['partner_id', 'service_request_id', 'team_slot']) }}
)

select
    {{ surrogate_key(['team.partner_id', 'team.service_request_id', 'team.team_slot']) }} as team_key,
    team.partner_id,
    team.service_request_id,
    team.team_id,
    team.team_type,
    fitting.service,
    false as is_first,
    team.closure_date,
    team.rejection_date,
    team.period_end
from team
left join fitting
    on
        team.partner_id = fitting.partner_id
        and team.service_request_id = fitting.service_request_id
        and team.team_slot = fitting.team_slot
        and fitting.rule_rank = 1
where team.record_rank = 1
