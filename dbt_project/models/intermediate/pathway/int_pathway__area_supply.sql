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

judged as (
    select
        provider.service,
        provider.area_id,
        max(case when supply.supply_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(
            case
                when
                    coalesce(supply.supply_status = 'not_supplied', true)
                    and coalesce(supply.month_end >= parameter.quarter_start, true)
                    then 1
                else 0
            end
        ) as missing_count,
        max(case when parameter.known_at >= {{ add_days('parameter.quarter_end', 42) }} then 1 else 0 end) as is_frozen,
        {{ join_text('supply.reason', '; ') }} as reason
    from provider
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    left join {{ ref('int_pathway__supply') }} as supply
        on provider.service = supply.service and provider.provider_id = supply.provider_id
    group by provider.service, provider.area_id
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
