-- Days of the action, of its milestones and of its measures stand apart, as published. Where they contradict each
-- other the row says so; none is corrected.
with parameter as (
    select
        quarter,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

standing as (
    select
        history.*,
        row_number() over (partition by history.action_key order by history.entry_no desc) as newest_rank
    from {{ ref('mart_delivery_plan_history') }} as history
),

milestone as (
    select
        milestone.plan_id,
        milestone.priority_no,
        milestone.ref,
        count(*) as milestone_count,
        max(milestone.due_date) as last_milestone_date,
        min(
            case
                when milestone.completed_date is null and milestone.due_date > parameter.quarter_end
                    then milestone.due_date
            end
        ) as next_milestone_date,
        {{ count_if('milestone.completed_date is null and milestone.due_date <= parameter.quarter_end') }}
            as milestone_past_due_count
    from {{ ref('plan_milestone') }} as milestone
    cross join parameter
    group by milestone.plan_id, milestone.priority_no, milestone.ref
),

next_milestone as (
    select
        milestone.plan_id,
        milestone.priority_no,
        milestone.ref,
        {{ join_text('detail.milestone_text', '; ') }} as milestone_text
    from milestone
    inner join {{ ref('plan_milestone') }} as detail
        on
            milestone.plan_id = detail.plan_id
            and milestone.priority_no = detail.priority_no
            and milestone.ref = detail.ref
            and milestone.next_milestone_date = detail.due_date
    where detail.completed_date is null
    group by milestone.plan_id, milestone.priority_no, milestone.ref
),

link as (
    select
        tie.plan_id,
        tie.priority_no,
        tie.ref,
        max(tie.kpi_due_date) as last_kpi_date,
        {{ join_text("case when tie.role = 'kpi' then tie.metric_id end", '|') }} as kpi_metrics,
        {{ join_text("case when tie.role = 'evidence' then tie.metric_id end", '|') }} as evidence_metrics,
        {{ count_if("tie.role = 'kpi' and coalesce(tie.met_on > parameter.quarter_end, true)") }} as kpi_unmet_count
    from {{ ref('plan_action_metric') }} as tie
    cross join parameter
    group by tie.plan_id, tie.priority_no, tie.ref
),

priority as (
    select
        plan_id,
        priority_no,
        max(priority_title) as priority_title
    from {{ ref('plan_priority') }}
    group by plan_id, priority_no
)

select
    parameter.quarter,
    plan.plan_id,
    plan.plan_title,
    plan.area_id,
    coalesce(plan.valid_to >= parameter.quarter_end, true) as is_plan_in_force,
    action.priority_no,
    priority.priority_title,
    action.outcome_no,
    action.ref,
    action.plan_id || '|' || action.priority_no || '|' || action.ref as action_key,
    action.aim,
    action.action_text,
    action.owner_role,
    action.owner_org,
    action.start_date,
    action.due_date,
    action.due_precision,
    action.due_words,
    action.stated_status,
    coalesce(standing.brag, 'not_stated') as brag,
    standing.as_of as brag_as_of,
    standing.rationale as brag_rationale,
    standing.is_synthetic as is_brag_synthetic,
    coalesce(action.due_date < parameter.quarter_end, false)
    and coalesce(standing.brag <> 'Blue', true)
    and action.stated_status is null as is_overdue,
    coalesce(standing.brag = 'Green' and action.due_date < parameter.quarter_end, false) as is_brag_out_of_date,
    cast(coalesce(milestone.milestone_count, 0) as bigint) as milestone_count,
    cast(coalesce(milestone.milestone_past_due_count, 0) as bigint) as milestone_past_due_count,
    milestone.next_milestone_date,
    next_milestone.milestone_text as next_milestone,
    milestone.last_milestone_date,
    link.last_kpi_date,
    cast(coalesce(link.kpi_unmet_count, 0) as bigint) as kpi_unmet_count,
    link.kpi_metrics,
    link.evidence_metrics,
    coalesce(milestone.last_milestone_date > action.due_date, false) as is_milestone_after_due_date,
    coalesce(link.last_kpi_date > action.due_date, false) as is_kpi_after_due_date,
    case
        when milestone.last_milestone_date > action.due_date and link.last_kpi_date > action.due_date
            then 'a milestone and a measure are due after the action is to be complete'
        when milestone.last_milestone_date > action.due_date
            then 'a milestone is due after the action is to be complete'
        when link.last_kpi_date > action.due_date then 'a measure is due after the action is to be complete'
    end as dq_flag,
    action.seed_document
from {{ ref('plan_action') }} as action
inner join {{ ref('plan') }} as plan on action.plan_id = plan.plan_id
cross join parameter
left join priority on action.plan_id = priority.plan_id and action.priority_no = priority.priority_no
left join standing
    on
        action.plan_id = standing.plan_id
        and action.priority_no = standing.priority_no
        and action.ref = standing.ref
        and standing.newest_rank = 1
left join milestone
    on
        action.plan_id = milestone.plan_id
        and action.priority_no = milestone.priority_no
        and action.ref = milestone.ref
left join next_milestone
    on
        action.plan_id = next_milestone.plan_id
        and action.priority_no = next_milestone.priority_no
        and action.ref = next_milestone.ref
left join link
    on
        action.plan_id = link.plan_id
        and action.priority_no = link.priority_no
        and action.ref = link.ref
where plan.valid_from <= parameter.quarter_end
