{%- set figure = ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'breakdown_topic', 'breakdown'] -%}
-- How a figure stands to its target, by our own rule (domain/rules.md 6.3): the documents rate actions, not figures.
with parameter as (
    select
        run.quarter_start,
        run.quarter_end,
        max(case when method.parameter_id = 'brag_tolerance_points' then method.value end) as tolerance_points,
        max(case when method.parameter_id = 'brag_tolerance_pct' then method.value end) as tolerance_pct
    from {{ ref('stg_submission__run_parameter') }} as run
    cross join {{ ref('method_parameter') }} as method
    group by run.quarter_start, run.quarter_end
),

baseline as (
    select
        baseline.*,
        row_number() over (
            partition by baseline.metric_id, baseline.area_id, baseline.time_window
            order by baseline.baseline_date desc
        ) as newest_rank
    from {{ ref('metric_baseline') }} as baseline
    inner join parameter on baseline.baseline_date < parameter.quarter_end
),

-- The step below: the last number that was due before this one.
step_below as (
    select
        target.metric_id,
        target.area_id,
        target.time_window,
        target.target_due_date,
        earlier.target_value,
        row_number() over (
            partition by target.metric_id, target.area_id, target.time_window, target.target_due_date
            order by earlier.target_due_date desc
        ) as nearest_rank
    from {{ ref('metric_target') }} as target
    inner join {{ ref('metric_target') }} as earlier
        on
            target.metric_id = earlier.metric_id
            and target.area_id = earlier.area_id
            and target.time_window = earlier.time_window
            and target.target_due_date > earlier.target_due_date
    cross join parameter
    where earlier.target_type = 'absolute' and earlier.target_due_date <= parameter.quarter_end
),

grade as (
    select
        metric_id,
        area_id,
        time_window,
        service,
        tier,
        grade
    from {{ ref('mart_metric_grade') }}
    where is_worst
),

stated as (
    select
        {{ keys_of('measured', figure) }},
        measured.value,
        measured.unit,
        measured.polarity,
        measured.target_type,
        measured.target_value,
        measured.target_due_date,
        coalesce(grade.grade = 'D', false) as is_unreliable,
        coalesce(measured.target_due_date <= parameter.quarter_end, true) as is_due,
        -- In the quarter in which a target falls due, the figure of that day is judged and not that of its end.
        coalesce(due.value, measured.value) as judged_value,
        coalesce(due.period_end, parameter.quarter_end) as judged_at,
        previous.value as previous_value,
        baseline.baseline_value,
        case
            when baseline.trajectory = 'linear'
                then
                    baseline.baseline_value
                    + (measured.target_value - baseline.baseline_value)
                    * {{ days_between('baseline.baseline_date', 'parameter.quarter_end') }}
                    / nullif({{ days_between('baseline.baseline_date', 'measured.target_due_date') }}, 0)
            else coalesce(step_below.target_value, baseline.baseline_value)
        end as expected_before,
        closed.approval_date is not null as is_closed,
        parameter.tolerance_points,
        parameter.tolerance_pct
    from {{ ref('metric_measured') }} as measured
    cross join parameter
    left join grade
        on {{ same_keys('measured', 'grade', figure[:5]) }}
    left join {{ ref('metric_earlier') }} as due
        on
            {{ same_keys('measured', 'due', figure) }}
            and due.as_at = 'due'
            and measured.target_due_date = due.period_end
    left join {{ ref('metric_earlier') }} as previous
        on
            {{ same_keys('measured', 'previous', figure) }}
            and previous.as_at = 'previous'
    left join baseline
        on
            {{ same_keys('measured', 'baseline', figure[:3]) }}
            and baseline.newest_rank = 1
            and measured.breakdown_topic = 'Total'
    left join step_below
        on
            {{ same_keys('measured', 'step_below', figure[:3]) }}
            and measured.target_due_date = step_below.target_due_date
            and step_below.nearest_rank = 1
    left join {{ ref('metric_closed') }} as closed
        on
            {{ same_keys('measured', 'closed', figure[:2]) }}
            and parameter.quarter_end >= closed.approval_date
),

-- By how much each misses; nought or less is met.
compared as (
    select
        *,
        case when is_due then target_value else expected_before end as expected_value,
        case when polarity = 'lower' then -1 when polarity = 'higher' then 1 end as better,
        case
            when target_type <> 'absolute' or polarity = 'neutral' or judged_value is null or value is null
                then 'no figure or no number to judge it by'
            when is_unreliable then 'data quality grade D'
            when not is_due and expected_before is null then 'not due, and no trajectory is known'
        end as unrated_reason
    from stated
),

missed as (
    select
        *,
        round(better * (expected_value - judged_value), 6) as shortfall,
        round(better * (target_value - previous_value), 6) as previous_shortfall,
        round(
            case
                when unit = 'pct' then tolerance_points
                else tolerance_pct / 100 * abs(expected_value)
            end, 6
        ) as tolerance,
        round(value - coalesce(baseline_value, previous_value), 6) as change
    from compared
)

select
    {{ figure | join(',\n    ') }},
    case
        when unrated_reason is not null then 'not_rated'
        when shortfall <= 0 and is_due and is_closed and previous_shortfall <= 0 then 'blue'
        when shortfall <= 0 then 'green'
        when shortfall <= tolerance then 'amber'
        else 'red'
    end as brag,
    'derived' as brag_basis,
    unrated_reason,
    judged_at,
    cast(judged_value as double precision) as judged_value,
    cast(expected_value as double precision) as expected_value,
    cast(tolerance as double precision) as tolerance,
    case
        when change is null then null
        when change = 0 then 'unchanged'
        when better is null then case when change > 0 then 'rising' else 'falling' end
        when better * change > 0 then 'improving'
        else 'worsening'
    end as direction,
    case
        when change is null then null
        when baseline_value is not null then 'baseline'
        else 'previous_quarter'
    end as direction_basis
from missed
