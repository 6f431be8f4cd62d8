-- The arithmetic of a queue over the quarter's rows of the waiting list. Where a term is unknown, so is what rests on
-- it.
with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

-- One row where the waiting list has one for each state.
turned as (
    select
        list.clock_id,
        list.pathway,
        list.service,
        list.tier,
        list.area_id,
        list.provider_id,
        {%- for state, column in [('arrived', 'arrivals'), ('completed', 'completed'), ('waiting', 'waiting')] %}
        max(case when list.state = '{{ state }}' then list.pathway_count end) as {{ column }}_count,
        max(case when list.state = '{{ state }}' then list.child_count end) as {{ column }}_child_count,
        {%- endfor %}
        max(case when list.state = 'waiting' then list.mean_weeks end) as mean_wait_weeks,
        -- The flow over the quarter needs all that the snapshot needs, so its status is the status of both.
        max(case when list.state = 'arrived' then list.value_status end) as value_status,
        max(case when list.state = 'arrived' then list.dq_reason end) as dq_reason
    from {{ ref('mart_waiting_list') }} as list
    where list.period_type = 'quarter' and list.band = 'total'
    group by list.clock_id, list.pathway, list.service, list.tier, list.area_id, list.provider_id
),

dated as (
    select
        turned.*,
        parameter.quarter,
        {{ weeks(days_between('parameter.quarter_start', add_days('parameter.quarter_end', 1))) }} as weeks_in_quarter,
        {{ weeks('nullif(rule.limit_days, 0)') }} as standard_weeks,
        target.meet_by,
        case
            when parameter.quarter_end < target.meet_by
                then {{ weeks(days_between('parameter.quarter_end', 'target.meet_by')) }}
        end as weeks_to_meet,
        target.list_divisor
    from turned
    cross join parameter
    left join {{ ref('clock_rule') }} as rule
        on
            turned.clock_id = rule.clock_id
            and parameter.quarter_end >= rule.valid_from
            and parameter.quarter_end <= rule.valid_to
    left join {{ ref('queue_target') }} as target
        on
            turned.clock_id = target.clock_id
            and parameter.quarter_end >= target.valid_from
            and parameter.quarter_end <= target.valid_to
),

aimed as (
    select
        dated.*,
        -- Little's law: a list is what arrives in a week times the mean wait in weeks.
        nullif(dated.arrivals_count, 0) / dated.weeks_in_quarter * dated.standard_weeks / dated.list_divisor
            as target_list_size
    from dated
),

required as (
    select
        aimed.*,
        -- Capacity for what arrives, and for what the list has too much, spread over the weeks to the day.
        aimed.arrivals_count / aimed.weeks_in_quarter
        + case
            when aimed.waiting_count > aimed.target_list_size then aimed.waiting_count - aimed.target_list_size
            when aimed.waiting_count <= aimed.target_list_size then 0
        end / aimed.weeks_to_meet as needed_weekly_capacity
    from aimed
)

select
    quarter,
    clock_id,
    pathway,
    service,
    tier,
    area_id,
    provider_id,
    arrivals_count,
    completed_count,
    waiting_count,
    cast(
        coalesce(
            least(nullif(arrivals_child_count, 0), nullif(completed_child_count, 0), nullif(waiting_child_count, 0)), 0
        ) as bigint
    ) as least_child_count,
    mean_wait_weeks,
    weeks_in_quarter,
    standard_weeks,
    meet_by,
    weeks_to_meet,
    list_divisor,
    {{ safe_divide('arrivals_count', 'completed_count') }} as load_ratio,
    2 * mean_wait_weeks / standard_weeks as pressure,
    target_list_size,
    {{ safe_divide('waiting_count * weeks_in_quarter', 'completed_count') }} as weeks_to_clear,
    needed_weekly_capacity,
    needed_weekly_capacity - completed_count / weeks_in_quarter as extra_weekly_capacity,
    nullif(
        concat_ws(
            '; ',
            case when standard_weeks is null then 'no document gives this clock a limit' end,
            case
                when standard_weeks is not null and meet_by is null then 'no day is set by which to meet the standard'
                when standard_weeks is not null and weeks_to_meet is null
                    then 'the day to meet the standard by has passed'
            end,
            case when arrivals_count = 0 then 'nobody arrived in the quarter' end,
            case when completed_count = 0 then 'nobody was seen in the quarter' end,
            case when waiting_count = 0 then 'nobody waits' end
        ),
        ''
    ) as empty_reason,
    value_status,
    'none' as suppression,
    dq_reason
from required
