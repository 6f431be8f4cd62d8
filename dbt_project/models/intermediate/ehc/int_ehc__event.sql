with ehc_case as (
    select
        *,
        'ehc' as pathway,
        'ehc' as service,
        'sen2' as source_feed
    from {{ ref('int_ehc__case') }}
),

dated as (
    {{ dated_events('ehc_case', [
        ["'request_received'", 'received_date', none, 'request_source_row'],
        ["case request_outcome when 'Y' then 'assess_agreed' when 'N' then 'assess_refused' when 'W' then 'request_withdrawn' end",
            'request_outcome_date', "request_outcome in ('Y', 'N', 'W')", 'request_source_row'],
        ["'plan_issued'", 'plan_issued_date', none, 'assessment_source_row'],
        ["'plan_refused'", 'plan_refused_date', none, 'assessment_source_row'],
        ["'assessment_withdrawn'", 'assessment_withdrawn_date', none, 'assessment_source_row'],
    ]) }}
    -- What follows has no day of its own in the return and is dated on the request, which every case has.
    union all
    {{ dated_events('ehc_case', [
        ["'request_closed_undated'", 'received_date', 'is_closed_undated', 'request_source_row'],
        ["'request_exported'", 'received_date', 'is_exported', 'request_source_row'],
        ["'exception_recorded'", 'received_date', 'is_excepted', 'assessment_source_row'],
        ["'request_historical'", 'received_date', 'is_request_historical', 'request_source_row'],
        ["'assessment_historical'", 'received_date', 'is_assessment_historical', 'assessment_source_row'],
        ["'assessed_elsewhere'", 'received_date', 'is_assessed_elsewhere', 'assessment_source_row'],
        ["'plan_transferred_in'", 'received_date', 'is_transferred_in', 'request_source_row'],
        ["'rows_quarantined'", 'received_date', 'is_incomplete', 'request_source_row'],
    ]) }}
    union all
    {{ dated_events(ref('int_ehc__draft'), [
        ["'draft_sent'", 'draft_plan_date'],
        ["'draft_answered'", 'comments_date', 'is_answered'],
        ["'final_plan_sent'", 'final_plan_date'],
    ]) }}
    union all
    {{ dated_events(ref('int_ehc__advice'), [
        ["'advice_requested'", 'requested_date'],
        ["'advice_allocated'", 'allocated_date'],
        ["'advice_returned'", 'returned_date'],
        ["'advice_cancelled'", 'cancelled_date'],
        ["'advice_excused'", 'requested_date', 'is_excused'],
        ["'rows_quarantined'", 'requested_date', 'is_incomplete'],
    ]) }}
    union all
    {{ dated_events(ref('int_ehc__review'), [
        ["'review_held'", 'meeting_date'],
        ["'amending_review_held'", 'meeting_date', 'is_amending'],
        ["'review_reported'", 'report_date'],
        ["'review_decided'", 'decision_date'],
        ["'amendment_notice_sent'", 'amendment_notice_date', 'is_amending'],
        ["'amended_plan_final'", 'final_amended_date', 'is_amending'],
    ]) }}
    -- Dated on the meeting, for want of a day of their own.
    union all
    {{ dated_events(ref('int_ehc__review'), [
        ["'review_decided_undated'", 'meeting_date', 'is_decided_undated'],
        ["'review_report_untold'", 'meeting_date', 'not is_told_locally'],
        ["'amended_plan_untold'", 'meeting_date', 'not is_told_locally'],
        ["'amendment_notice_untold'", 'meeting_date', 'not is_notice_told'],
        ["'rows_quarantined'", 'meeting_date', 'is_incomplete'],
    ]) }}
    union all
    {{ dated_events(ref('int_ehc__review_cycle'), [
        ["'review_cycle_begun'", 'begun_date'],
        ["'cycle_review_held'", 'next_held_date'],
        ["'cycle_review_decided'", 'next_decided_date'],
        ["'plan_ceased'", 'cease_date'],
        ["'plan_transferred_in'", 'begun_date', 'is_transferred_in'],
        ["'plan_superseded'", 'begun_date', 'is_superseded'],
        ["'review_history_untold'", 'begun_date', 'is_history_untold'],
    ]) }}
    union all
    {{ dated_events(ref('int_ehc__phase_transfer'), [
        ['start_event', 'begun_date'],
        ["'phase_transfer_due'", 'due_date'],
        ["'phase_transfer_final'", 'final_date'],
    ]) }}
)

select
    person_key,
    case_id,
    pathway,
    service,
    'statutory' as tier,
    event_type,
    event_date,
    area_id as provider_id,
    area_id,
    'maintaining' as area_basis,
    source_feed,
    source_row,
    submission_id
from dated
where event_date is not null
