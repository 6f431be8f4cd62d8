-- Who worked with the children of a service in the twelve months that end with the quarter.
with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

-- A referral is of one child; a contact of its service and its request.
asked as (
    select
        referral.source_feed,
        referral.provider_id,
        referral.service_request_id,
        referral.person_key,
        referral.pathway,
        referral.service,
        referral.tier,
        person.residence_area_id as area_id
    from {{ ref('int_pathway__referral') }} as referral
    inner join {{ ref('dim_person') }} as person on referral.person_key = person.person_key
    where referral.is_in_scope and not person.is_aged_out and not person.is_deceased
),

contact as (
    select
        asked.person_key,
        asked.pathway,
        asked.service,
        asked.tier,
        asked.area_id,
        asked.provider_id,
        contact.professional_id,
        contact.is_joint,
        contact.is_assessment
    from {{ ref('int_pathway__contact') }} as contact
    inner join parameter
        on
            contact.contact_date >= {{ add_months('parameter.quarter_start', -9) }}
            and contact.contact_date <= parameter.quarter_end
    inner join asked
        on
            contact.source_feed = asked.source_feed
            and contact.provider_id = asked.provider_id
            and contact.service_request_id = asked.service_request_id
            and contact.service = asked.service
    where contact.is_attended
),

child as (
    select
        person_key,
        service,
        min(pathway) as pathway,
        min(tier) as tier,
        min(area_id) as area_id,
        count(*) as contact_count,
        count(distinct professional_id) as professional_count,
        {{ count_if('is_assessment') }} as assessment_count,
        {{ count_if('is_assessment and is_joint is not null') }} as judged_assessment_count,
        {{ count_if('is_assessment and is_joint') }} as joint_assessment_count
    from contact
    group by person_key, service
),

counted as (
    select
        child.pathway,
        child.service,
        child.tier,
        member.area_id,
        count(*) as child_count,
        sum(child.contact_count) as contact_count,
        {{ count_if('child.professional_count > 0') }} as named_child_count,
        sum(child.professional_count) as professional_count,
        {{ count_if('child.assessment_count > 0') }} as assessed_child_count,
        sum(child.assessment_count) as assessment_count,
        sum(child.judged_assessment_count) as judged_assessment_count,
        sum(child.joint_assessment_count) as joint_assessment_count,
        {{ count_if('child.joint_assessment_count > 0') }} as joint_child_count
    from child
    inner join {{ ref('int_reference__area_member') }} as member on child.area_id = member.member_area_id
    group by child.pathway, child.service, child.tier, member.area_id
),

judged as (
    select
        parameter.quarter,
        counted.*,
        supply.value_status,
        supply.dq_reason
    from counted
    cross join parameter
    inner join {{ ref('int_pathway__area_supply') }} as supply
        on counted.service = supply.service and counted.area_id = supply.area_id
)

select
    quarter,
    pathway,
    service,
    tier,
    area_id,
    {%- for column in [
        'child_count', 'contact_count', 'named_child_count', 'professional_count', 'assessed_child_count',
        'assessment_count', 'judged_assessment_count', 'joint_assessment_count'
    ] %}
    cast(case when value_status in ('final', 'provisional') then {{ column }} end as bigint) as {{ column }},
    {%- endfor %}
    {%- for column, numerator, denominator in [
        ('professionals_per_child', 'professional_count', 'named_child_count'),
        ('assessments_per_child', 'assessment_count', 'assessed_child_count'),
    ] %}
    case
        when value_status in ('final', 'provisional') then {{ safe_divide(numerator, denominator) }}
    end as {{ column }},
    {%- endfor %}
    case
        when value_status in ('final', 'provisional')
            then {{ pct('joint_assessment_count', 'judged_assessment_count') }}
    end as joint_assessment_pct,
    -- The fewest children that any of these counts tells of.
    cast(
        case
            when value_status in ('final', 'provisional')
                then least(
                    child_count,
                    {%- for column in ['named_child_count', 'assessed_child_count', 'joint_child_count'] %}
                    coalesce(nullif({{ column }}, 0), child_count){{ ',' if not loop.last }}
                    {%- endfor %}
                )
        end as bigint
    ) as least_child_count,
    value_status,
    'none' as suppression,
    dq_reason
from judged
