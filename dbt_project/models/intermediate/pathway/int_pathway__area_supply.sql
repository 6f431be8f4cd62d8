-- Whoever has referrals of children of the area in the service has to have told of the quarter. Months before it that
-- are not covered leave a figure of twelve months provisional.
with provider as (
    select distinct
        referral.service,
        member.area_id,
        referral.provider_id
    from {{ ref('int_pathway__referral') }} as referral
    inner join {{ ref('dim_person') }} as person on referral.person_key = person.person_key
    inner join {{ ref('int_reference__area_member') }} as member on person.residence_area_id = member.member_area_id
    where referral.is_in_scope
),

told as (
    select
        provider.service,
        provider.area_id,
        provider.provider_id,
        {{ join_text("case when supply.month_end >= parameter.quarter_start and supply.supply_status = 'withheld'"
            ~ " then supply.reason end", '; ') }} as withheld_reason,
        {{ count_if("supply.supply_status <> 'supplied'") }} as gap_count,
        count(supply.month) as month_count,
        {{ count_if("supply.supply_status = 'not_supplied' and supply.month_end >= parameter.quarter_start") }}
            as late_gap_count,
        {{ join_text('supply.missing_feeds', ' and no ') }} as missing_feeds,
        max(case when {{ is_frozen('parameter') }} then 1 else 0 end) as is_frozen
    from provider
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    left join {{ ref('int_pathway__supply') }} as supply
        on provider.service = supply.service and provider.provider_id = supply.provider_id
    group by provider.service, provider.area_id, provider.provider_id
),

worded as (
    select
        *,
        coalesce(
            withheld_reason,
            'no ' || coalesce(missing_feeds, 'sound submission') || ' from ' || provider_id || ' covers '
            || cast(case when month_count = 0 then 12 else gap_count end as varchar) || ' of the twelve months'
        ) as reason,
        withheld_reason is null and gap_count = 0 and month_count > 0 as is_told_in_full
    from told
),

judged as (
    select
        service,
        area_id,
        max(case when withheld_reason is not null then 1 else 0 end) as withheld_count,
        max(case when late_gap_count > 0 or month_count = 0 then 1 else 0 end) as missing_count,
        min(is_frozen) as is_frozen,
        {{ join_text("case when not is_told_in_full then reason end", '; ') }} as reason
    from worded
    group by service, area_id
)

select
    service,
    area_id,
    case
        when withheld_count = 1 then 'withheld'
        when missing_count = 1 then 'not_supplied'
        when reason is null and is_frozen = 1 then 'final'
        else 'provisional'
    end as value_status,
    reason as dq_reason
from judged
