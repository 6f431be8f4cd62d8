with newest as (
    select
        partner_id,
        max(period_end) as newest_period_end
    from {{ ref('stg_submission__submission') }}
    where feed = 'csds' and is_selected and status = 'accepted'
    group by partner_id
),

referral as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id']) }} as record_rank,
        -- A contact is sent in its own period only: what one period lost, the next does not bring.
        max(case when has_quarantined_descendant then 1 else 0 end) over (
            partition by partner_id, service_request_id
        ) = 1 as is_incomplete
    from {{ ref('stg_csds__referral') }}
),

-- A team whose type was corrected asks for the new service and no longer for the old one.
team as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'team_id']) }} as record_rank
    from {{ ref('stg_csds__service_type') }}
),

-- A referral to two teams of one service is one wait: it is closed or rejected when the last of them says so.
team_service as (
    select
        team.partner_id,
        team.service_request_id,
        service.service,
        service.pathway,
        service.tier,
        service.spell_gap_days,
        max(case when service.is_send_listed then 1 else 0 end) = 1 as is_send_listed,
        case when count(team.closure_date) = count(*) then max(team.closure_date) end as closure_date,
        case when count(team.rejection_date) = count(*) then max(team.rejection_date) end as rejection_date
    from team
    left join {{ ref('service') }} as service on team.team_type = service.team_type
    where team.record_rank = 1
    group by
        team.partner_id,
        team.service_request_id,
        service.service,
        service.pathway,
        service.tier,
        service.spell_gap_days
),

rtt as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'patient_pathway_id', 'start_date']) }} as record_rank
    from {{ ref('stg_csds__rtt') }}
),

-- Not treated, declined, or watched instead: the wait is over without treatment (rules 7.2, non-treatment stops).
untreated as (
    select
        rtt.partner_id,
        rtt.service_request_id,
        max(rtt.end_date) as untreated_date
    from rtt
    inner join {{ ref('rtt_status_role') }} as rtt_status_role on rtt.rtt_status = rtt_status_role.rtt_status
    where rtt.record_rank = 1 and rtt_status_role.role = 'ended_untreated'
    group by rtt.partner_id, rtt.service_request_id
)

select
    {{ surrogate_key(['referral.partner_id', 'referral.service_request_id', 'team_service.service']) }} as referral_key,
    referral.partner_id as provider_id,
    referral.service_request_id,
    referral.person_key,
    team_service.service,
    team_service.pathway,
    team_service.tier,
    team_service.spell_gap_days,
    coalesce(team_service.is_send_listed, false) as is_in_scope,
    referral.received_date,
    team_service.rejection_date,
    least(team_service.closure_date, referral.discharge_date) as discharge_date,
    referral.period_end as last_seen_date,
    -- Every open referral is sent again each period, so one that is no longer sent was closed (sources 0.7).
    referral.period_end < newest.newest_period_end
    and team_service.rejection_date is null
    and team_service.closure_date is null
    and referral.discharge_date is null as is_closure_inferred,
    coalesce(
        team_service.rejection_date,
        least(team_service.closure_date, referral.discharge_date),
        case when referral.period_end < newest.newest_period_end then referral.period_end end
    ) as closed_date,
    team_service.rejection_date is not null as is_rejected,
    untreated.untreated_date,
    referral.is_incomplete,
    referral.submission_id,
    referral.source_row
from referral
left join team_service
    on referral.partner_id = team_service.partner_id and referral.service_request_id = team_service.service_request_id
left join untreated
    on referral.partner_id = untreated.partner_id and referral.service_request_id = untreated.service_request_id
left join newest on referral.partner_id = newest.partner_id
where referral.record_rank = 1
