with shared as (
    {{ milestone_of_referrals('csds', diagnosis_day='diagnosis_date') }}
),

suspected as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'diagnosis_scheme', 'diagnosis_code']) }} as record_rank
    from {{ ref('stg_csds__provisional_diagnosis') }}
),

dated as (
    select * from shared
    union all
    select
        partner_id,
        service_request_id,
        'diagnosis_suspected' as event_type,
        diagnosis_date as event_date,
        submission_id,
        source_row
    from suspected
    where record_rank = 1
)

{{ milestone_rows('csds') }}
