{%- set cell = ['clock_id', 'pathway', 'service', 'tier', 'area_id', 'provider_id'] %}
{%- set moment = ['period_type', 'period', 'state'] %}
with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

period as (
    select
        'month' as period_type,
        calendar.month as period,
        calendar.month_start as period_start,
        calendar.month_end as period_end
    from {{ ref('int_reference__month') }} as calendar
    union all
    select
        'quarter' as period_type,
        quarter as period,
        quarter_start as period_start,
        quarter_end as period_end
    from parameter
),

-- A quarter waits as its last month does; what came to pass in it is what did in its three months.
month_of_period as (
    select
        period.period_type,
        period.period,
        period.period_end,
        calendar.month,
        case when period.period_end = calendar.month_end then 1 else 0 end as is_last
    from period
    inner join {{ ref('int_reference__month') }} as calendar
        on period.period_start <= calendar.month_start and period.period_end >= calendar.month_end
),

spread as (
    {%- for provider in ['wait.provider_id', "'Total'"] %}
    select
        wait.state,
        month_of_period.period_type,
        month_of_period.period,
        wait.clock_id,
        wait.pathway,
        wait.service,
        wait.tier,
        member.area_id,
        {{ provider }} as provider_id,
        wait.person_key,
        wait.days,
        wait.band,
        wait.is_only_case
    from {{ ref('int_pathway__wait') }} as wait
    inner join {{ ref('int_reference__area_member') }} as member on wait.area_id = member.member_area_id
    inner join month_of_period
        on wait.month = month_of_period.month and (wait.state <> 'waiting' or month_of_period.is_last = 1)
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- A child counts once, at the longest wait (rules 7.2); a pathway counts always. Only children of several cases need
-- be put in order, and they are few.
ranked as (
    select
        *,
        1 as wait_rank
    from spread
    where is_only_case
    union all
    select
        *,
        row_number() over (
            partition by {{ (moment + cell) | join(', ') }}, person_key
            order by days desc
        ) as wait_rank
    from spread
    where not is_only_case
),

measured as (
    select
        ranked.*,
        case when ranked.state <> 'waiting' or ranked.wait_rank = 1 then ranked.days end as measured_days
    from ranked
),

-- By band and in all in one go over millions of rows.
counted as (
    select
        {{ (moment + cell) | join(',\n        ') }},
        band,
        grouping(band) = 1 as is_total,
        count(*) as pathway_count,
        sum(case when wait_rank = 1 then 1 else 0 end) as child_count,
        count(measured_days) as measured_count,
        {{ weeks(safe_divide('sum(measured_days)', 'count(measured_days)')) }} as mean_weeks,
        {{ weeks(percentile('measured_days', 0.5)) }} as median_weeks,
        {{ weeks(percentile('measured_days', 0.92)) }} as p92_weeks
    from measured
    group by {{ (moment + cell) | join(', ') }}, rollup(band)
),

listed as (
    select
        {{ (moment + cell) | join(',\n        ') }},
        case when is_total then 'total' else band end as band,
        pathway_count,
        child_count,
        measured_count,
        case when is_total then mean_weeks end as mean_weeks,
        case when is_total then median_weeks end as median_weeks,
        case when is_total then p92_weeks end as p92_weeks
    from counted
    where is_total or band is not null
),

-- Every cell has every period, state and band: a nought that is told is no gap.
seen as (
    select distinct {{ cell | join(', ') }} from listed
),

state as (
    {%- for name in ['waiting', 'completed', 'left', 'arrived'] %}
    select '{{ name }}' as state
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

listed_band as (
    select band from {{ ref('wait_band') }}
    union all
    select 'total' as band
),

-- A sum over providers needs all that are seen there or expected there.
needed as (
    select distinct
        service,
        area_id,
        provider_id,
        provider_id as needed_provider_id
    from seen
    where provider_id <> 'Total'
    union distinct
    select
        service,
        area_id,
        'Total' as provider_id,
        provider_id as needed_provider_id
    from seen
    where provider_id <> 'Total'
    union distinct
    select
        expected.service,
        member.area_id,
        'Total' as provider_id,
        expected.partner as needed_provider_id
    from {{ ref('expected_submission') }} as expected
    inner join {{ ref('int_reference__area_member') }} as member on expected.area_id = member.member_area_id
    cross join parameter
    where
        expected.valid_from <= parameter.quarter_end
        and coalesce(expected.valid_to >= parameter.quarter_end, true)
),

-- A snapshot needs the month of its day, a count over a quarter all three.
judged as (
    select
        needed.service,
        needed.area_id,
        needed.provider_id,
        state.state,
        month_of_period.period_type,
        month_of_period.period,
        max(case when supply.supply_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when coalesce(supply.supply_status = 'not_supplied', true) then 1 else 0 end) as missing_count,
        {{ join_text('supply.reason', '; ') }} as reason
    from needed
    cross join state
    inner join month_of_period on state.state <> 'waiting' or month_of_period.is_last = 1
    left join {{ ref('int_pathway__supply') }} as supply
        on
            needed.service = supply.service
            and needed.needed_provider_id = supply.provider_id
            and month_of_period.month = supply.month
    group by
        needed.service,
        needed.area_id,
        needed.provider_id,
        state.state,
        month_of_period.period_type,
        month_of_period.period
),

framed as (
    select
        seen.*,
        parameter.quarter,
        period.period_type,
        period.period,
        period.period_end,
        state.state,
        listed_band.band,
        {{ value_status('judged', 'parameter') }} as value_status,
        judged.reason
    from seen
    cross join parameter
    cross join period
    cross join state
    inner join listed_band on state.state <> 'arrived' or listed_band.band = 'total'
    inner join judged
        on
            seen.service = judged.service
            and seen.area_id = judged.area_id
            and seen.provider_id = judged.provider_id
            and state.state = judged.state
            and period.period_type = judged.period_type
            and period.period = judged.period
)

select
    framed.quarter,
    framed.period_type,
    framed.period,
    framed.period_end,
    framed.state,
    {%- for column in cell %}
    framed.{{ column }},
    {%- endfor %}
    framed.band,
    {%- for column in ['child_count', 'pathway_count'] %}
    cast(
        case
            when framed.value_status in ('final', 'provisional')
                then coalesce(listed.{{ column }}, 0)
        end as bigint
    ) as {{ column }},
    {%- endfor %}
    case when framed.value_status in ('final', 'provisional') then listed.mean_weeks end as mean_weeks,
    {%- for column in ['median_weeks', 'p92_weeks'] %}
    case
        when framed.value_status in ('final', 'provisional') and listed.measured_count >= threshold.value
            then listed.{{ column }}
    end as {{ column }},
    {%- endfor %}
    framed.value_status,
    'none' as suppression,
    framed.reason as dq_reason
from framed
inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'min_percentile_count'
left join listed
    on
        {{ same_keys('framed', 'listed', moment + cell) }}
        and framed.band = listed.band
