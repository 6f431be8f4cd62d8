{%- set origin = [
    'person_key', 'has_quarantined_descendant', 'period_end', 'received_at', 'submission_id', 'source_row'
] -%}
-- What a row of each local feed says, in the words that all of them share; of a thing that a feed does not tell,
-- nothing.
with sleep as (
    select
        'sleep_support' as source_feed,
        partner_id as provider_id,
        referral_id as service_request_id,
        cast(null as varchar) as strand,
        'feed' as match_on,
        'sleep_support' as code,
        received_date,
        accepted_date,
        -- Turned down and then accepted: taken on after all.
        case when accepted_date > rejection_date then null else rejection_date end as rejection_date,
        discharge_date,
        cast(null as date) as assessed_date,
        first_contact_date as seen_date,
        cast(null as date) as fulfilled_date,
        {{ origin | join(',\n        ') }}
    from {{ ref('stg_sleep_support__referral') }}
),

-- A child who was found not eligible and never taken on was turned away; one who was taken on has left.
sensory as (
    select
        'sensory_support' as source_feed,
        caseload.partner_id as provider_id,
        caseload.caseload_id as service_request_id,
        cast(null as varchar) as strand,
        'need' as match_on,
        caseload.need as code,
        caseload.received_date,
        caseload.start_date as accepted_date,
        case
            when
                caseload.start_date is null
                and caseload.first_visit_date is null
                and (band.role = 'not_eligible' or reason.role = 'not_eligible')
                then coalesce(caseload.end_date, caseload.assessment_date)
        end as rejection_date,
        caseload.end_date as discharge_date,
        caseload.assessment_date as assessed_date,
        caseload.first_visit_date as seen_date,
        cast(null as date) as fulfilled_date,
        caseload.{{ origin | join(',\n        caseload.') }}
    from {{ ref('stg_sensory_support__caseload') }} as caseload
    left join {{ ref('local_code_role') }} as band
        on
            caseload.eligibility_band = band.code
            and band.feed = 'sensory_support'
            and band.column_name = 'eligibility_band'
    left join {{ ref('local_code_role') }} as reason
        on
            caseload.end_reason = reason.code
            and reason.feed = 'sensory_support'
            and reason.column_name = 'end_reason'
),

equipment as (
    select
        'equipment' as source_feed,
        request.partner_id as provider_id,
        request.request_id as service_request_id,
        request.category as strand,
        'feed' as match_on,
        'equipment' as code,
        request.received_date,
        case when decision.role = 'accepted' then request.decision_date end as accepted_date,
        case when decision.role = 'rejected' then request.decision_date end as rejection_date,
        -- Nothing is left to wait for once the child has it.
        request.delivery_date as discharge_date,
        request.assessment_date as assessed_date,
        cast(null as date) as seen_date,
        request.delivery_date as fulfilled_date,
        request.{{ origin | join(',\n        request.') }}
    from {{ ref('stg_equipment__request') }} as request
    left join {{ ref('local_code_role') }} as decision
        on request.decision = decision.code and decision.feed = 'equipment' and decision.column_name = 'decision'
),

short_break as (
    select
        'short_breaks' as source_feed,
        partner_id as provider_id,
        package_id as service_request_id,
        break_type as strand,
        'feed' as match_on,
        'short_breaks' as code,
        received_date,
        agreed_date as accepted_date,
        cast(null as date) as rejection_date,
        end_date as discharge_date,
        cast(null as date) as assessed_date,
        cast(null as date) as seen_date,
        start_date as fulfilled_date,
        {{ origin | join(',\n        ') }}
    from {{ ref('stg_short_breaks__package') }}
),

told as (
    {%- for feed in ['sleep', 'sensory', 'equipment', 'short_break'] %}
    select * from {{ feed }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        *,
        {{ latest_record(['source_feed', 'provider_id', 'service_request_id']) }} as record_rank,
        max(case when has_quarantined_descendant then 1 else 0 end) over (
            partition by source_feed, provider_id, service_request_id
        ) = 1 as is_incomplete
    from told
)

select
    ranked.source_feed,
    ranked.provider_id,
    ranked.service_request_id,
    ranked.person_key,
    rule.service,
    ranked.strand,
    ranked.received_date,
    ranked.accepted_date,
    ranked.rejection_date,
    least(ranked.rejection_date, ranked.discharge_date) as discharge_date,
    ranked.assessed_date,
    ranked.seen_date,
    ranked.fulfilled_date,
    ranked.is_incomplete,
    ranked.period_end as last_seen_date,
    ranked.submission_id,
    ranked.source_row
from ranked
left join {{ ref('service_rule') }} as rule
    on ranked.source_feed = rule.feed and ranked.match_on = rule.match_on and ranked.code = rule.code
where ranked.record_rank = 1
