-- Who speaks for a service: a provider that ever sent a feed which tells of it, or that is expected to. A month is
-- covered when every such feed of the provider has a submission for it.
with feed_of_service as (
    select distinct
        rule.feed,
        rule.service
    from {{ ref('service_rule') }} as rule
),

sender as (
    select
        submission.feed,
        submission.partner_id as provider_id
    from {{ ref('stg_submission__submission') }} as submission
    where submission.is_selected and submission.status = 'accepted'
    union distinct
    select
        expected.feed,
        expected.partner as provider_id
    from {{ ref('expected_submission') }} as expected
),

sent as (
    select
        sender.feed,
        sender.provider_id,
        calendar.month,
        calendar.month_end,
        max(case when submission.submission_id is null then 0 else 1 end) as is_covered
    from sender
    cross join {{ ref('int_reference__month') }} as calendar
    left join {{ ref('stg_submission__submission') }} as submission
        on
            sender.feed = submission.feed
            and sender.provider_id = submission.partner_id
            and submission.is_selected
            and submission.status = 'accepted'
            and calendar.month_end >= submission.period_start
            and calendar.month_end <= submission.period_end
    group by sender.feed, sender.provider_id, calendar.month, calendar.month_end
),

covered as (
    select
        feed_of_service.service,
        sent.provider_id,
        sent.month,
        sent.month_end,
        min(sent.is_covered) as is_covered
    from sent
    inner join feed_of_service on sent.feed = feed_of_service.feed
    group by feed_of_service.service, sent.provider_id, sent.month, sent.month_end
),

refused as (
    select
        service,
        partner_id as provider_id,
        {{ join_text('reason', '; ') }} as reason
    from {{ ref('mart_submission_status') }}
    where submission_status = 'withheld'
    group by service, partner_id
)

select
    covered.service,
    covered.provider_id,
    covered.month,
    covered.month_end,
    case
        when refused.provider_id is not null then 'withheld'
        when covered.is_covered = 0 then 'not_supplied'
        else 'supplied'
    end as supply_status,
    case
        when refused.provider_id is not null then refused.reason
        when covered.is_covered = 0 then 'no submission of ' || covered.provider_id || ' covers ' || covered.month
    end as reason
from covered
left join refused on covered.service = refused.service and covered.provider_id = refused.provider_id
