with staged as (
    {%- for model in [
        'stg_sen2__return', 'stg_sen2__person', 'stg_sen2__request', 'stg_sen2__assessment', 'stg_sen2__named_plan',
        'stg_sen2__plan_detail', 'stg_sen2__active_plan', 'stg_sen2__placement', 'stg_sen2__need',
        'stg_csds__header', 'stg_csds__patient', 'stg_csds__referral', 'stg_csds__service_type', 'stg_csds__rtt',
        'stg_csds__care_contact', 'stg_csds__care_activity',
    ] %}
    select
        submission_id,
        count(*) as row_count
    from {{ ref(model) }}
    group by submission_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

staged_total as (
    select
        submission_id,
        sum(row_count) as row_count
    from staged
    group by submission_id
),

layered as (
    select
        submission_id,
        partner_id,
        feed,
        period,
        'intake' as layer,
        received_count,
        accepted_count,
        quarantined_count
    from {{ ref('stg_submission__submission') }}
    union all
    select
        submission.submission_id,
        submission.partner_id,
        submission.feed,
        submission.period,
        'staging' as layer,
        submission.accepted_count as received_count,
        coalesce(staged_total.row_count, 0) as accepted_count,
        0 as quarantined_count
    from {{ ref('stg_submission__submission') }} as submission
    left join staged_total on submission.submission_id = staged_total.submission_id
    where submission.is_selected and submission.status = 'accepted' and submission.feed in ('sen2', 'csds')
)

select
    parameter.quarter,
    layered.submission_id,
    layered.partner_id,
    layered.feed,
    layered.period,
    layered.layer,
    cast(layered.received_count as bigint) as received_count,
    cast(layered.accepted_count as bigint) as accepted_count,
    cast(layered.quarantined_count as bigint) as quarantined_count,
    layered.received_count = layered.accepted_count + layered.quarantined_count as is_balanced
from layered
cross join {{ ref('stg_submission__run_parameter') }} as parameter
