-- Who speaks for a service: a provider that ever sent a feed which tells of it, or that is expected to. A month is
-- covered when every such feed of the provider has a sound submission for it.
with feed_of_service as (
    select distinct
        rule.feed,
        rule.service
    from {{ ref('service_rule') }} as rule
),

submission as (
    select
        sent.feed,
        sent.partner_id as provider_id,
        sent.period_start,
        sent.period_end,
        {{ submission_fault('sent', 'threshold', 'sent.period') }} as fault
    from {{ ref('stg_submission__submission') }} as sent
    cross join {{ ref('quality_threshold') }} as threshold
    where threshold.threshold_id = 'max_quarantined_share'
),

sender as (
    select
        feed,
        provider_id
    from submission
    where fault is null
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
        {{ count_if('submission.provider_id is not null and submission.fault is null') }} > 0 as is_covered,
        {{ join_text('submission.fault', '; ') }} as faults
    from sender
    cross join {{ ref('int_reference__month') }} as calendar
    left join submission
        on
            sender.feed = submission.feed
            and sender.provider_id = submission.provider_id
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
        {{ join_text('case when not sent.is_covered and sent.faults is null then sent.feed end', ' and no ') }}
            as missing_feeds,
        {{ join_text('case when not sent.is_covered then sent.faults end', '; ') }} as faults
    from sent
    inner join feed_of_service on sent.feed = feed_of_service.feed
    group by feed_of_service.service, sent.provider_id, sent.month, sent.month_end
)

select
    service,
    provider_id,
    month,
    month_end,
    case
        when faults is not null then 'withheld'
        when missing_feeds is not null then 'not_supplied'
        else 'supplied'
    end as supply_status,
    coalesce(faults, 'no ' || missing_feeds || ' from ' || provider_id || ' covers ' || month) as reason,
    missing_feeds
from covered
