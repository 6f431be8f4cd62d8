with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

expected as (
    select
        expected.area_id,
        expected.topic,
        expected.feed,
        expected.service,
        expected.partner,
        parameter.quarter,
        parameter.quarter_end
    from {{ ref('expected_submission') }} as expected
    cross join parameter
    where
        expected.valid_from <= parameter.quarter_end
        and coalesce(expected.valid_to >= parameter.quarter_end, true)
),

-- A period that ends with the quarter answers for the quarter's end, whether the partner sends months, quarters or
-- years.
arrived as (
    select
        submission.*,
        row_number() over (
            partition by submission.partner_id, submission.feed
            order by submission.received_at desc, submission.submission_id asc
        ) as newest_rank
    from {{ ref('stg_submission__submission') }} as submission
    inner join parameter on submission.period_end = parameter.quarter_end
    where cast(submission.received_at as date) <= parameter.known_at
),

-- Figures rest on every submission that is used: a provider's earlier periods, too.
used as (
    select
        partner_id,
        feed,
        sum(received_count) as received_count,
        sum(quarantined_count) as quarantined_count
    from {{ ref('stg_submission__submission') }}
    where is_selected and status = 'accepted'
    group by partner_id, feed
),

judged as (
    select
        arrived.*,
        {{ submission_fault('arrived', 'threshold', 'parameter.quarter') }} as fault
    from arrived
    cross join parameter
    cross join {{ ref('quality_threshold') }} as threshold
    where arrived.newest_rank = 1 and threshold.threshold_id = 'max_quarantined_share'
)

select
    expected.quarter,
    expected.area_id,
    expected.topic,
    expected.feed,
    expected.service,
    expected.partner as partner_id,
    case
        when judged.submission_id is null then 'not_supplied'
        when judged.fault is not null then 'withheld'
        else 'supplied'
    end as submission_status,
    case
        when judged.submission_id is null
            then
                expected.feed || ' from ' || expected.partner || ' for ' || expected.quarter
                || ' has not arrived'
        else judged.fault
    end as reason,
    case when used.quarantined_count > 0 then {{ quarantined_rows('used') }} end as quarantine_note,
    judged.submission_id,
    judged.period,
    judged.received_at,
    cast(judged.received_count as bigint) as received_count,
    cast(judged.quarantined_count as bigint) as quarantined_count
from expected
left join judged
    on expected.partner = judged.partner_id and expected.feed = judged.feed
left join used
    on expected.partner = used.partner_id and expected.feed = used.feed
