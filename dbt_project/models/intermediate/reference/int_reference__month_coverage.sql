-- Of the months that are told of: by the partners that are expected to send, and by whoever tells of a service.
with calendar as (
    select
        period as month,
        months_back,
        first_day,
        last_day
    from {{ ref('int_reference__window') }}
    where grain = 'monthly' and time_window = 'month'
),

local_feed as (
    select distinct feed from {{ ref('stg_submission__submission') }}
),

teller as (
    select
        area_id,
        feed,
        service,
        feed as sent_feed,
        partner
    from {{ ref('expected_submission') }}
    union distinct
    select
        person.residence_area_id as area_id,
        'any' as feed,
        referral.service,
        referral.source_feed as sent_feed,
        referral.provider_id as partner
    from {{ ref('int_pathway__referral') }} as referral
    inner join {{ ref('dim_person') }} as person on referral.person_key = person.person_key
    where referral.is_in_scope
    union distinct
    select
        area.area_id,
        local_feed.feed,
        'ehc' as service,
        local_feed.feed as sent_feed,
        area.area_id as partner
    from {{ ref('area') }} as area
    cross join local_feed
    where area.geographic_level = 'Local authority' and local_feed.feed in ('ehc_local', 'ep_advice')
),

covered as (
    select
        calendar.month,
        calendar.months_back,
        teller.area_id,
        teller.feed,
        teller.service,
        teller.sent_feed,
        teller.partner,
        max(case when submission.submission_id is null then 0 else 1 end) as is_covered
    from calendar
    cross join teller
    left join {{ ref('stg_submission__submission') }} as submission
        on
            teller.partner = submission.partner_id
            and teller.sent_feed = submission.feed
            and submission.is_selected
            and submission.status = 'accepted'
            and calendar.last_day <= submission.period_end
            -- A SEN2 return looks back over this calendar year and the last; every other feed speaks for its own
            -- period only.
            and calendar.last_day >= case submission.feed
                when 'sen2' then {{ add_months(year_start('submission.period_end'), -12) }}
                else submission.period_start
            end
    group by
        calendar.month, calendar.months_back,
        teller.area_id, teller.feed, teller.service, teller.sent_feed, teller.partner
),

needed as (
    select
        covered.month,
        covered.months_back,
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
    group by covered.month, covered.months_back, requirement.metric_id, requirement.service, member.area_id
),

since as (
    select
        *,
        max(case when is_covered then months_back end) over (partition by metric_id, service, area_id) as first_told
    from needed
)

-- The year is always there; before it only what follows the first month that anybody told of.
select
    month,
    metric_id,
    service,
    area_id,
    is_covered
from since
where months_back < 12 or months_back <= first_told
