-- SEN2 has a plan's last review. A decision notified before the meeting is that of the review before, which has no row.
with returned as (
    select
        request.partner_id as area_id,
        request.person_key,
        plan.review_meeting_date as meeting_date,
        case when plan.last_review_date >= plan.review_meeting_date then plan.last_review_date end as decision_date,
        plan.review_outcome as outcome,
        plan.review_draft_date as amendment_notice_date,
        coalesce(submission.spec >= layout.since, false) as is_notice_told,
        coalesce(request.has_quarantined_descendant, false) as is_incomplete,
        plan.submission_id,
        plan.source_row,
        row_number() over (
            partition by request.partner_id, request.person_key, plan.review_meeting_date order by plan.source_row
        ) as row_rank
    from {{ ref('stg_sen2__active_plan') }} as plan
    inner join {{ ref('stg_sen2__request') }} as request
        on plan.submission_id = request.submission_id and plan.request_id = request.request_id
    left join {{ ref('stg_submission__submission') }} as submission on plan.submission_id = submission.submission_id
    left join {{ ref('sen2_layout') }} as layout on layout.item = 'ReviewDraft'
),

sen2 as (
    select * from returned
    where row_rank = 1 and meeting_date is not null
),

sent as (
    select
        review.*,
        {{ latest_record(['review.partner_id', 'review.review_id']) }} as record_rank
    from {{ ref('stg_ehc_local__review') }} as review
),

local_review as (
    select * from sent
    where record_rank = 1 and meeting_date is not null
),

-- The council's own system has every step and every review; the return stands where both have the same day's meeting.
held as (
    select
        local_review.partner_id as area_id,
        local_review.person_key,
        local_review.review_id,
        local_review.meeting_date,
        local_review.report_date,
        coalesce(sen2.outcome, local_review.decision) as outcome,
        coalesce(sen2.decision_date, local_review.decision_date) as decision_date,
        coalesce(sen2.amendment_notice_date, local_review.amendment_notice_date) as amendment_notice_date,
        local_review.final_amended_date,
        true as is_told_locally,
        true as is_notice_told,
        coalesce(sen2.is_incomplete, false)
        or coalesce(local_review.has_quarantined_descendant, false) as is_incomplete,
        'ehc_local' as source_feed,
        local_review.submission_id,
        local_review.source_row
    from local_review
    left join sen2
        on
            local_review.partner_id = sen2.area_id
            and local_review.person_key = sen2.person_key
            and local_review.meeting_date = sen2.meeting_date
    union all
    select
        sen2.area_id,
        sen2.person_key,
        cast(null as varchar) as review_id,
        sen2.meeting_date,
        cast(null as date) as report_date,
        sen2.outcome,
        sen2.decision_date,
        sen2.amendment_notice_date,
        cast(null as date) as final_amended_date,
        false as is_told_locally,
        sen2.is_notice_told,
        sen2.is_incomplete,
        'sen2' as source_feed,
        sen2.submission_id,
        sen2.source_row
    from sen2
    left join local_review
        on
            sen2.area_id = local_review.partner_id
            and sen2.person_key = local_review.person_key
            and sen2.meeting_date = local_review.meeting_date
    where local_review.review_id is null
)

select
    {{ surrogate_key(["'review'", 'area_id', 'person_key', 'meeting_date', 'review_id']) }} as case_id,
    area_id,
    person_key,
    'ehc' as pathway,
    'ehc_review' as service,
    meeting_date,
    report_date,
    outcome,
    decision_date,
    amendment_notice_date,
    final_amended_date,
    coalesce(outcome = 'A', false) as is_amending,
    outcome is not null and decision_date is null as is_decided_undated,
    is_told_locally,
    is_notice_told,
    is_incomplete,
    source_feed,
    submission_id,
    source_row
from held
