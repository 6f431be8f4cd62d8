with sent as (
    select
        request.*,
        {{ latest_record(['request.partner_id', 'request.advice_id']) }} as record_rank
    from {{ ref('stg_ep_advice__request') }} as request
)

select
    {{ surrogate_key(["'ep_advice'", 'sent.partner_id', 'sent.advice_id']) }} as case_id,
    sent.partner_id as area_id,
    sent.person_key,
    service.pathway,
    service.service,
    sent.requested_date,
    sent.allocated_date,
    sent.returned_date,
    sent.cancelled_date,
    excuse.late_reason is not null as is_excused,
    coalesce(sent.has_quarantined_descendant, false) as is_incomplete,
    'ep_advice' as source_feed,
    sent.submission_id,
    sent.source_row
from sent
left join {{ ref('service_rule') }} as rule
    on rule.feed = 'ep_advice' and rule.match_on = 'adviser_type' and sent.adviser_type = rule.code
left join {{ ref('service') }} as service on rule.service = service.service
left join {{ ref('advice_excuse') }} as excuse on sent.late_reason = excuse.late_reason
where sent.record_rank = 1
