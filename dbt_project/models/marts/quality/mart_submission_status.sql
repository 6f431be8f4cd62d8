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
)

select
    expected.quarter,
    expected.area_id,
    expected.topic,
    expected.feed,
    expected.service,
    expected.partner as partner_id,
    case
        when arrived.submission_id is null then 'not_supplied'
        when arrived.status = 'rejected' then 'withheld'
        else 'supplied'
    end as submission_status,
    case
        when arrived.submission_id is null
            then
                expected.feed || ' from ' || expected.partner || ' for ' || expected.quarter
                || ' has not arrived'
        when arrived.status = 'rejected'
            then
                expected.feed || ' from ' || expected.partner || ' for ' || expected.quarter
                || ' was refused: submission ' || arrived.submission_id
    end as reason,
    arrived.submission_id,
    arrived.period,
    arrived.received_at
from expected
left join arrived
    on expected.partner = arrived.partner_id and expected.feed = arrived.feed and arrived.newest_rank = 1
