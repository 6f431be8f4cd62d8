{%- set cell = ['pathway', 'from_tier', 'to_tier', 'area_id'] %}
{%- set outcomes = ['total', 'smooth', 'delayed', 'bounced', 'lost', 'forced_discharge', 'undecided', 'excluded'] %}
with transition as (
    select
        transition.*,
        quarter.quarter
    from {{ ref('int_pathway__transition') }} as transition
    inner join {{ ref('int_reference__quarter') }} as quarter
        on
            transition.sending_end_date >= quarter.quarter_start
            and transition.sending_end_date <= quarter.quarter_end
),

rule as (
    select rule.*
    from {{ ref('transition_rule') }} as rule
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where rule.valid_from <= parameter.as_of and coalesce(rule.valid_to >= parameter.as_of, true)
),

limited as (
    {%- for outcome, gap, is_standard in [
        ('short_outcome', 'short_gap_days', 'false'),
        ('outcome', 'gap_days', 'true'),
        ('long_outcome', 'long_gap_days', 'false'),
    ] %}
    select
        transition.quarter,
        transition.person_key,
        transition.pathway,
        transition.from_tier,
        transition.to_tier,
        member.area_id,
        rule.{{ gap }} as limit_days,
        {{ is_standard }} as is_standard,
        case when transition.is_counted then transition.{{ outcome }} else 'excluded' end as outcome,
        case when transition.is_provisional then 1 else 0 end as is_provisional
    from transition
    inner join rule on transition.pathway = rule.pathway
    inner join {{ ref('int_reference__area_member') }} as member on transition.area_id = member.member_area_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    {%- for outcome in ["'total'", 'outcome'] %}
    select
        quarter,
        {{ cell | join(', ') }},
        limit_days,
        {{ outcome }} as outcome,
        count(*) as transition_count,
        count(distinct person_key) as child_count,
        sum(is_provisional) as open_window_count
    from limited
    {{ "where outcome <> 'excluded'" if loop.first }}
    group by quarter, {{ cell | join(', ') }}, limit_days{{ ', outcome' if not loop.first }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

seen as (
    select distinct
        {{ cell | join(', ') }},
        limit_days,
        is_standard
    from limited
),

listed as (
    {%- for outcome in outcomes %}
    select
        {{ loop.index0 }} as outcome_order,
        '{{ outcome }}' as outcome
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- All that send or receive there or are expected to: one that was silent may hide where a child went.
needed as (
    {%- for side in ['from', 'to'] %}
    select distinct
        transition.pathway,
        member.area_id,
        transition.{{ side }}_provider_id as provider_id
    from transition
    inner join {{ ref('int_reference__area_member') }} as member on transition.area_id = member.member_area_id
    where transition.{{ side }}_provider_id is not null
    union distinct
    {%- endfor %}
    select distinct
        service.pathway,
        member.area_id,
        expected.partner as provider_id
    from {{ ref('expected_submission') }} as expected
    inner join {{ ref('service') }} as service on expected.service = service.service
    inner join {{ ref('int_reference__area_member') }} as member on expected.area_id = member.member_area_id
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where expected.valid_from <= parameter.as_of and coalesce(expected.valid_to >= parameter.as_of, true)
),

judged as (
    select
        needed.pathway,
        needed.area_id,
        quarter.quarter,
        max(case when supply.supply_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when supply.supply_status = 'not_supplied' then 1 else 0 end) as missing_count,
        {{ join_text('supply.reason', '; ') }} as reason
    from needed
    inner join {{ ref('service') }} as service on needed.pathway = service.pathway
    inner join {{ ref('int_pathway__supply') }} as supply
        on needed.provider_id = supply.provider_id and service.service = supply.service
    inner join {{ ref('int_reference__quarter') }} as quarter
        on
            supply.month_end >= quarter.quarter_start
            and supply.month_end <= quarter.quarter_end
    group by needed.pathway, needed.area_id, quarter.quarter
),

framed as (
    select
        quarter.quarter,
        seen.*,
        listed.outcome,
        listed.outcome_order,
        case
            when judged.withheld_count = 1 then 'withheld'
            when coalesce(judged.missing_count, 1) = 1 then 'not_supplied'
            -- A quarter is final once its last child has had the whole window (rules 7.3).
            when {{ add_days('quarter.quarter_end', 'rule.window_days') }} <= quarter.as_of then 'final'
            else 'provisional'
        end as value_status,
        coalesce(judged.reason, case when judged.pathway is null then 'nobody is known to tell of this pathway' end)
            as dq_reason
    from seen
    cross join listed
    cross join {{ ref('int_reference__quarter') }} as quarter
    inner join rule on seen.pathway = rule.pathway
    left join judged
        on
            seen.pathway = judged.pathway
            and seen.area_id = judged.area_id
            and quarter.quarter = judged.quarter
),

filled as (
    select
        framed.*,
        {%- for column in ['transition_count', 'child_count', 'open_window_count'] %}
        coalesce(counted.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        coalesce(total.transition_count, 0) - coalesce(undecided.transition_count, 0) as decided_count,
        coalesce(total.child_count, 0) as total_child_count
    from framed
    left join counted
        on
            {{ same_keys('framed', 'counted', ['quarter', 'limit_days'] + cell) }}
            and framed.outcome = counted.outcome
    left join counted as total
        on
            {{ same_keys('framed', 'total', ['quarter', 'limit_days'] + cell) }}
            and total.outcome = 'total'
    left join counted as undecided
        on
            {{ same_keys('framed', 'undecided', ['quarter', 'limit_days'] + cell) }}
            and undecided.outcome = 'undecided'
)

select
    quarter,
    {{ cell | join(',\n    ') }},
    limit_days,
    is_standard,
    outcome,
    cast(outcome_order as integer) as outcome_order,
    {%- for column in ['transition_count', 'child_count', 'open_window_count', 'decided_count'] %}
    cast(case when value_status in ('final', 'provisional') then {{ column }} end as bigint) as {{ column }},
    {%- endfor %}
    case
        when value_status in ('final', 'provisional') and outcome not in ('total', 'undecided', 'excluded')
            then {{ pct('transition_count', 'decided_count') }}
    end as share_pct,
    -- A row that tells of nobody tells all the same of those who are in its total.
    cast(
        case
            when value_status in ('final', 'provisional') and child_count > 0 then child_count
            when value_status in ('final', 'provisional') then total_child_count
        end as bigint
    ) as least_child_count,
    value_status,
    'none' as suppression,
    dq_reason
from filled
