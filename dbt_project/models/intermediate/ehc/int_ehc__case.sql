with parameter as (
    select as_of from {{ ref('stg_submission__run_parameter') }}
),

assessment as (
    select
        partner_id,
        submission_id,
        request_id,
        count(*) as assessment_count,
        min(case when outcome = 'Y' then outcome_date end) as assessment_issued_date,
        min(case when outcome = 'N' then outcome_date end) as plan_refused_date,
        max(case when outcome = 'N' then 1 else 0 end) = 1 as is_plan_refused,
        min(case when outcome = 'W' then outcome_date end) as assessment_withdrawn_date,
        max(case when outcome = 'H' then 1 else 0 end) = 1 as is_assessment_historical,
        max(case when outcome = 'S' then 1 else 0 end) = 1 as is_assessed_elsewhere,
        max(case when outcome in ('N', 'W') and outcome_date is null then 1 else 0 end) = 1 as has_undated_end,
        max(case when has_exception then 1 else 0 end) = 1 as is_excepted,
        max(case when outcome = 'N' and (has_mediation or has_tribunal) then 1 else 0 end) = 1 as is_refusal_challenged,
        min(source_row) as assessment_source_row
    from {{ ref('stg_sen2__assessment') }}
    group by partner_id, submission_id, request_id
),

-- The first plan that followed a refusal to issue, also one whose day is not told: the refusal was overturned.
overturned as (
    select
        named.submission_id,
        named.request_id,
        min(named_plan.start_date) as plan_start_date
    from {{ ref('stg_sen2__named_plan') }} as named_plan
    inner join {{ ref('stg_sen2__assessment') }} as named
        on
            named_plan.submission_id = named.submission_id
            and named_plan.assessment_id = named.assessment_id
    inner join assessment
        on
            named.submission_id = assessment.submission_id
            and named.request_id = assessment.request_id
    where
        assessment.is_plan_refused
        and coalesce(named_plan.start_date >= assessment.plan_refused_date, true)
    group by named.submission_id, named.request_id
),

transfer as (
    select
        partner_id,
        submission_id,
        request_id,
        max(transfer_la) as transfer_la
    from {{ ref('stg_sen2__active_plan') }}
    group by partner_id, submission_id, request_id
)

select
    {{ surrogate_key(['request.partner_id', 'request.request_id']) }} as case_id,
    request.partner_id as area_id,
    request.request_id,
    request.person_key,
    request.received_date,
    request.outcome as request_outcome,
    request.outcome_date as request_outcome_date,
    coalesce(assessment.assessment_count, 0) as assessment_count,
    -- An overturned refusal to issue keeps N and its date (sources 1.5): the plan that followed gives the day of issue.
    coalesce(assessment.assessment_issued_date, overturned.plan_start_date) as plan_issued_date,
    assessment.plan_refused_date,
    assessment.assessment_withdrawn_date,
    coalesce(request.outcome = 'H', false) as is_request_historical,
    coalesce(assessment.is_assessment_historical, false) as is_assessment_historical,
    coalesce(assessment.is_assessed_elsewhere, false) as is_assessed_elsewhere,
    transfer.transfer_la is not null as is_transferred_in,
    coalesce(assessment.is_excepted, false) as is_excepted,
    coalesce(request.outcome = 'N' and assessment.assessment_count > 0, false) as is_refusal_overturned,
    overturned.plan_start_date is not null as is_non_issue_overturned,
    -- A case that ended on no stated day would otherwise stay open for ever.
    (coalesce(request.outcome in ('N', 'W'), false) and request.outcome_date is null)
    or coalesce(assessment.has_undated_end, false) as is_closed_undated,
    -- The new authority carries the assessment on: a child never waits in two (rules 7.10, 7.12). Authority code or 1.
    coalesce(nullif(trim(request.exported_to), '') <> '0', false) as is_exported,
    request.received_date > parameter.as_of as is_received_after_quarter,
    coalesce(request.has_quarantined_descendant, false) as is_incomplete,
    request.submission_id,
    request.source_row as request_source_row,
    assessment.assessment_source_row
from {{ ref('stg_sen2__request') }} as request
left join assessment
    on request.submission_id = assessment.submission_id and request.request_id = assessment.request_id
left join overturned
    on request.submission_id = overturned.submission_id and request.request_id = overturned.request_id
left join transfer
    on request.submission_id = transfer.submission_id and request.request_id = transfer.request_id
cross join parameter
