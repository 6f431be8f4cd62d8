with parameter as (
    select quarter_end from {{ ref('stg_submission__run_parameter') }}
)

select
    history.plan_id,
    history.priority_no,
    history.ref,
    history.plan_id || '|' || history.priority_no || '|' || history.ref as action_key,
    history.entry_no,
    history.as_of,
    history.brag,
    history.rationale,
    history.completed_date,
    history.approved_by,
    history.approval_date,
    history.reopening_record,
    history.is_synthetic
from {{ ref('plan_brag_history') }} as history
cross join parameter
where history.as_of <= parameter.quarter_end
