with covered as (
    select
        calendar.month,
        expected.area_id,
        expected.feed,
        expected.service,
        expected.partner,
        max(case when submission.submission_id is null then 0 else 1 end) as is_covered
    from {{ ref('int_reference__month') }} as calendar
    cross join {{ ref('expected_submission') }} as expected
    left join {{ ref('stg_submission__submission') }} as submission
        on
            expected.partner = submission.partner_id
            and expected.feed = submission.feed
            and submission.is_selected
            and submission.status = 'accepted'
            -- A SEN2 return looks back over this calendar year and the last; every other feed speaks for its own
            -- period only.
            and (
                (submission.feed = 'sen2' and calendar.month_end <= submission.period_end)
                or (calendar.month_end >= submission.period_start and calendar.month_end <= submission.period_end)
            )
    group by calendar.month, expected.area_id, expected.feed, expected.service, expected.partner
)

select
    covered.month,
    requirement.metric_id,
    requirement.service,
    member.area_id,
    min(covered.is_covered) = 1 as is_covered
from {{ ref('metric_requirement') }} as requirement
cross join {{ ref('int_reference__area_member') }} as member
inner join covered
    on
        requirement.feed = covered.feed
        and requirement.required_service = covered.service
        and member.member_area_id = covered.area_id
group by covered.month, requirement.metric_id, requirement.service, member.area_id
