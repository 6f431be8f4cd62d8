with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

-- The cases of a quarter: settled in it, falling due in it, or open at its end.
clock as (
    select
        member.area_id,
        clock.clock_id,
        clock.is_counted,
        clock.is_over_limit,
        clock.is_historical,
        clock.is_impossible,
        clock.is_incomplete,
        clock.is_excepted and rule.exception_effect = 'exclude' as is_excepted,
        clock.status = 'open' as is_open,
        coalesce(
            case clock.status when 'stopped' then clock.stop_date when 'ended' then clock.end_date end
            >= parameter.quarter_start,
            false
        ) as is_settled,
        clock.status = 'stopped' as is_stopped,
        -- What ended by its day never fell due: a plan that ceased before its review was due asks for none (rules 7.1).
        coalesce(
            clock.due_date >= parameter.quarter_start
            and clock.due_date <= parameter.quarter_end
            and not (clock.status = 'ended' and clock.end_date <= clock.due_date),
            false
        ) as is_due,
        clock.status = 'stopped' and not clock.is_over_limit as is_kept
    from {{ ref('fct_clock__ehc') }} as clock
    inner join {{ ref('int_reference__area_member') }} as member on clock.area_id = member.member_area_id
    inner join {{ ref('clock_rule') }} as rule
        on
            clock.clock_id = rule.clock_id
            and clock.start_date >= rule.valid_from
            and clock.start_date <= rule.valid_to
    cross join parameter
    -- A step without a limit is neither in time nor late.
    where clock.status in ('open', 'stopped', 'ended') and clock.due_date is not null
),

sorted as (
    select
        clock.*,
        case
            when clock.is_counted then 'counted'
            when clock.is_historical then 'historical'
            when clock.is_impossible then 'impossible'
            when clock.is_excepted then 'excepted'
            when clock.is_incomplete then 'incomplete'
            else 'person'
        end as reason
    from clock
    where clock.is_open or clock.is_settled or clock.is_due
),

counted as (
    select
        area_id,
        clock_id,
        count(*) as case_count,
        {{ count_if("reason = 'counted' and is_settled and is_stopped") }} as completed_count,
        {{ count_if("reason = 'counted' and is_settled and is_stopped and not is_over_limit") }} as within_limit_count,
        {{ count_if("reason = 'counted' and is_settled and is_stopped and is_over_limit") }} as over_limit_count,
        {{ count_if("reason = 'counted' and is_settled and not is_stopped") }} as ended_count,
        {{ count_if("reason = 'counted' and is_open") }} as open_count,
        {{ count_if("reason = 'counted' and is_open and is_over_limit") }} as open_over_limit_count,
        {{ count_if("reason = 'counted' and not is_open and not is_settled") }} as settled_before_count,
        {{ count_if("reason = 'counted' and is_due") }} as due_count,
        {{ count_if("reason = 'counted' and is_due and is_kept") }} as due_within_limit_count,
        {{ count_if("reason = 'excepted'") }} as excluded_excepted_count,
        {{ count_if("reason = 'historical'") }} as excluded_historical_count,
        {{ count_if("reason = 'impossible'") }} as excluded_impossible_count,
        {{ count_if("reason = 'incomplete'") }} as excluded_incomplete_count,
        {{ count_if("reason = 'person'") }} as excluded_person_count
    from sorted
    group by area_id, clock_id
)

select
    parameter.quarter,
    counted.clock_id,
    rule.name as clock_name,
    rule.service,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    cast(counted.case_count as bigint) as case_count,
    {%- for count in [
        'completed', 'within_limit', 'over_limit', 'ended', 'open', 'open_over_limit', 'settled_before', 'due', 'due_within_limit',
        'excluded_excepted', 'excluded_historical', 'excluded_impossible', 'excluded_incomplete', 'excluded_person',
    ] %}
    cast(counted.{{ count }}_count as bigint) as {{ count }}_count,
    {%- endfor %}
    {{ pct('counted.within_limit_count', 'counted.completed_count') }} as within_limit_pct,
    {{ pct('counted.due_within_limit_count', 'counted.due_count') }} as due_within_limit_pct,
    'none' as suppression
from counted
inner join {{ ref('area') }} as area on counted.area_id = area.area_id
cross join parameter
inner join {{ ref('clock_rule') }} as rule
    on
        counted.clock_id = rule.clock_id
        and parameter.quarter_end >= rule.valid_from
        and parameter.quarter_end <= rule.valid_to
