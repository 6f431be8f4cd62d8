{#
    One row per referral and service of a national feed (csds, mhsds), as the provider last sent it. The rules on what stands and what has
    closed are the same in both, so they are written once; the feed's int_<feed>__team says which teams a referral went to, and what
    service each is.
#}
{% macro referral_of_services(feed) %}
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
    from {{ ref('stg_' ~ feed ~ '__referral') }}
),

-- A referral to two teams of one service is one wait: it is open while one of them has neither closed nor rejected it
-- (sources 3.5), and was rejected if each of them rejected it. A team that is no longer named was closed, as a referral that
-- is no longer sent; where another team said that it was done, the later of the two days holds.
team_closed as (
    select
        team.*,
        least(team.closure_date, team.rejection_date) as told_date,
        coalesce(
            least(team.closure_date, team.rejection_date), case when team.period_end < parameter.as_of then team.period_end end
        ) as told_or_silent_date
    from {{ ref('int_' ~ feed ~ '__team') }} as team
    cross join parameter
),

team_service as (
    select
        partner_id,
        service_request_id,
        service,
        case when count(told_date) = count(*) then max(told_date) end as closure_date,
        case when count(told_or_silent_date) = count(*) then max(told_or_silent_date) end as silent_date,
        case when count(rejection_date) = count(*) then max(rejection_date) end as rejection_date,
        max(period_end) as last_period_end
    from team_closed
    group by partner_id, service_request_id, service
),

rtt as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'patient_pathway_id', 'start_date']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__rtt') }}
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
),

asked as (
    select
        referral.partner_id,
        referral.service_request_id,
        referral.person_key,
        team_service.service,
        referral.received_date,
        team_service.rejection_date,
        least(team_service.closure_date, referral.discharge_date) as discharge_date,
        least(team_service.last_period_end, referral.period_end) as last_seen_date,
        case
            when team_service.partner_id is not null then team_service.silent_date
            when referral.period_end < parameter.as_of then referral.period_end
        end as silent_date,
        untreated.untreated_date,
        referral.is_incomplete,
        referral.submission_id,
        referral.source_row
    from referral
    left join team_service
        on
            referral.partner_id = team_service.partner_id
            and referral.service_request_id = team_service.service_request_id
    left join untreated
        on
            referral.partner_id = untreated.partner_id
            and referral.service_request_id = untreated.service_request_id
    cross join parameter
    where referral.record_rank = 1
)

select
    {{ surrogate_key(["'" ~ feed ~ "'", 'asked.partner_id', 'asked.service_request_id', 'asked.service']) }} as referral_key,
    asked.partner_id as provider_id,
    asked.service_request_id,
    asked.person_key,
    asked.service,
    service.pathway,
    service.tier,
    service.spell_gap_days,
    -- Neither feed asks for parts of a service.
    cast(null as varchar) as strand,
    asked.service is not null as is_in_scope,
    asked.received_date,
    -- Neither feed says when a referral was accepted.
    cast(null as date) as accepted_date,
    asked.rejection_date,
    asked.discharge_date,
    asked.last_seen_date,
    -- Every open referral is sent again each period, so one that is no longer sent was closed; also where its provider
    -- stopped sending altogether (sources 0.7 and 3.5).
    asked.discharge_date is null and asked.silent_date is not null as is_closure_inferred,
    coalesce(asked.discharge_date, asked.silent_date) as closed_date,
    -- Turned away, if that is what closed it: who was discharged before was not.
    coalesce(asked.rejection_date <= asked.discharge_date, false) as is_rejected,
    asked.untreated_date,
    asked.is_incomplete,
    '{{ feed }}' as source_feed,
    asked.submission_id,
    asked.source_row
from asked
left join {{ ref('service') }} as service on asked.service = service.service
{% endmacro %}
