with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
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

-- A referral to two teams of one service is one wait: it is open while one of them has neither closed nor rejected it
-- (sources 3.5), and was rejected if each of them rejected it.
team_service as (
    select
        team.partner_id,
        team.service_request_id,
        service.service,
        service.pathway,
        service.tier,
        service.spell_gap_days,
        max(case when service.is_send_listed then 1 else 0 end) = 1 as is_send_listed,
        case
            when count(coalesce(team.closure_date, team.rejection_date)) = count(*)
                then max(least(team.closure_date, team.rejection_date))
        end as closure_date,
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
    -- Every open referral is sent again each period, so one that is no longer sent was closed; also where its provider
    -- stopped sending altogether (sources 0.7 and 3.5).
    referral.period_end < parameter.as_of
    and team_service.closure_date is null
    and referral.discharge_date is null as is_closure_inferred,
    coalesce(
        least(team_service.closure_date, referral.discharge_date),
        case when referral.period_end < parameter.as_of then referral.period_end end
    ) as closed_date,
    -- Turned away, if that is what closed it: who was discharged before was not.
    coalesce(
        team_service.rejection_date <= least(team_service.closure_date, referral.discharge_date), false
    ) as is_rejected,
    untreated.untreated_date,
    referral.is_incomplete,
    referral.submission_id,
    referral.source_row
from referral
left join team_service
    on referral.partner_id = team_service.partner_id and referral.service_request_id = team_service.service_request_id
left join untreated
    on referral.partner_id = untreated.partner_id and referral.service_request_id = untreated.service_request_id
cross join parameter
where referral.record_rank = 1
