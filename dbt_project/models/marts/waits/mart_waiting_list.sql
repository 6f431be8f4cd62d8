{%- set cell = ['clock_id', 'pathway', 'service', 'tier', 'area_id', 'provider_id'] %}
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

state as (
    {%- for name in ['waiting', 'completed', 'left', 'arrived'] %}
    select '{{ name }}' as state
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Moments and cells go by number until they are counted: two numbers put millions of rows together sooner than nine
-- texts.
month_of_moment as (
    select
        month_of_period.month,
        month_of_period.period_type,
        month_of_period.period,
        month_of_period.period_end,
        state.state,
        dense_rank() over (
            order by month_of_period.period_type, month_of_period.period, state.state
        ) as moment_number
    from month_of_period
    inner join state on state.state <> 'waiting' or month_of_period.is_last = 1
),

moment as (
    select distinct
        moment_number,
        period_type,
        period,
        period_end,
        state
    from month_of_moment
),

-- Of the clocks, for the waits are many more.
told_cell as (
    select distinct {{ cell | join(', ') }} from {{ ref('fct_clock__pathway') }}
),

-- What a cell tells counts in its area and in what that is part of, at its provider and in all.
cell_counted_in as (
    {%- for provider in ['told_cell.provider_id', "'Total'"] %}
    select
        {{ keys_of('told_cell', cell) }},
        member.area_id as counted_area_id,
        {{ provider }} as counted_provider_id
    from told_cell
    inner join {{ ref('int_reference__area_member') }} as member on told_cell.area_id = member.member_area_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

numbered_cell as (
    select
        *,
        dense_rank() over (
            order by clock_id, pathway, service, tier, counted_area_id, counted_provider_id
        ) as cell_number
    from cell_counted_in
),

spread as (
    select
        month_of_moment.moment_number,
        numbered_cell.cell_number,
        wait.person_key,
        wait.days,
        wait.band,
        wait.is_only_case
    from {{ ref('int_pathway__wait') }} as wait
    inner join numbered_cell
        on {{ same_keys('wait', 'numbered_cell', cell) }}
    inner join month_of_moment
        on wait.month = month_of_moment.month and wait.state = month_of_moment.state
),

-- A child counts once, at the longest wait (rules 7.2); a pathway counts always. Only children of several cases need
-- be put in order, and they are few.
ranked as (
    select
        moment_number,
        cell_number,
        band,
        days,
        1 as wait_rank
    from spread
    where is_only_case
    union all
    select
        moment_number,
        cell_number,
        band,
        days,
        row_number() over (
            partition by moment_number, cell_number, person_key
            order by days desc
        ) as wait_rank
    from spread
    where not is_only_case
),

measured as (
    select
        ranked.moment_number,
        ranked.cell_number,
        ranked.band,
        ranked.wait_rank,
        case when moment.state <> 'waiting' or ranked.wait_rank = 1 then ranked.days end as measured_days
    from ranked
    inner join moment on ranked.moment_number = moment.moment_number
),

counted as (
    select
        moment_number,
        cell_number,
        band,
        count(*) as pathway_count,
        sum(case when wait_rank = 1 then 1 else 0 end) as child_count,
        count(measured_days) as measured_count,
        sum(measured_days) as measured_days
    from measured
    group by moment_number, cell_number, band
),

middle as (
    select
        moment_number,
        cell_number,
        {{ weeks(percentile('measured_days', 0.5)) }} as median_weeks,
        {{ weeks(percentile('measured_days', 0.92)) }} as p92_weeks
    from measured
    where measured_days is not null
    group by moment_number, cell_number
),

total as (
    select
        moment_number,
        cell_number,
        sum(pathway_count) as pathway_count,
        sum(child_count) as child_count,
        sum(measured_count) as measured_count,
        {{ weeks(safe_divide('sum(measured_days)', 'sum(measured_count)')) }} as mean_weeks
    from counted
    group by moment_number, cell_number
),

listed as (
    select
        moment_number,
        cell_number,
        band,
        pathway_count,
        child_count,
        measured_count,
        cast(null as double precision) as mean_weeks,
        cast(null as double precision) as median_weeks,
        cast(null as double precision) as p92_weeks
    from counted
    where band is not null
    union all
    select
        total.moment_number,
        total.cell_number,
        'total' as band,
        total.pathway_count,
        total.child_count,
        total.measured_count,
        total.mean_weeks,
        middle.median_weeks,
        middle.p92_weeks
    from total
    left join middle
        on total.moment_number = middle.moment_number and total.cell_number = middle.cell_number
),

-- Every cell has every period, state and band: a nought that is told is no gap.
seen as (
    select distinct
        cell_number,
        clock_id,
        pathway,
        service,
        tier,
        counted_area_id as area_id,
        counted_provider_id as provider_id
    from numbered_cell
    where cell_number in (select total.cell_number from total)
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
        month_of_moment.moment_number,
        max(case when supply.supply_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when coalesce(supply.supply_status = 'not_supplied', true) then 1 else 0 end) as missing_count,
        {{ join_text('supply.reason', '; ') }} as reason
    from needed
    cross join month_of_moment
    left join {{ ref('int_pathway__supply') }} as supply
        on
            needed.service = supply.service
            and needed.needed_provider_id = supply.provider_id
            and month_of_moment.month = supply.month
    group by
        needed.service,
        needed.area_id,
        needed.provider_id,
        month_of_moment.moment_number
),

framed as (
    select
        seen.*,
        parameter.quarter,
        moment.moment_number,
        moment.period_type,
        moment.period,
        moment.period_end,
        moment.state,
        listed_band.band,
        {{ value_status('judged', 'parameter') }} as value_status,
        judged.reason
    from seen
    cross join parameter
    cross join moment
    inner join listed_band on moment.state <> 'arrived' or listed_band.band = 'total'
    inner join judged
        on
            seen.service = judged.service
            and seen.area_id = judged.area_id
            and seen.provider_id = judged.provider_id
            and moment.moment_number = judged.moment_number
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
        framed.moment_number = listed.moment_number
        and framed.cell_number = listed.cell_number
        and framed.band = listed.band
