with shared as (
    {{ milestone_of_referrals('mhsds', diagnosis_day='diagnosed_at') }}
),

score as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'assessment_tool', 'completed_at']) }} as record_rank
    from {{ ref('stg_mhsds__assessment_score') }}
),

care_plan as (
    select
        *,
        {{ latest_record(['partner_id', 'care_plan_id']) }} as record_rank
    from {{ ref('stg_mhsds__care_plan') }}
),

referral as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id']) }} as record_rank
    from {{ ref('stg_mhsds__referral') }}
),

dated as (
    select * from shared
    union all
    select
        partner_id,
        service_request_id,
        'outcome_measured' as event_type,
        cast(completed_at as date) as event_date,
        submission_id,
        source_row
    from score
    where record_rank = 1
    union all
    -- A plan is the patient's, not a referral's: it is of each that was running on the day it was made.
    select
        referral.partner_id,
        referral.service_request_id,
        'care_plan_made' as event_type,
        care_plan.created_date as event_date,
        care_plan.submission_id,
        care_plan.source_row
    from care_plan
    inner join referral
        on
            care_plan.partner_id = referral.partner_id
            and care_plan.patient_id = referral.patient_id
            and care_plan.created_date >= referral.received_date
            and coalesce(care_plan.created_date <= referral.discharge_date, true)
    where care_plan.record_rank = 1 and referral.record_rank = 1
)

{{ milestone_rows('mhsds') }}
