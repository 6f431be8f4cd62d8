{%- set staging = {
    'sen2': 'stg_sen2__return', 'person': 'stg_sen2__person', 'requests': 'stg_sen2__request',
    'assessment': 'stg_sen2__assessment', 'namedplan': 'stg_sen2__named_plan', 'plandetail': 'stg_sen2__plan_detail',
    'activeplans': 'stg_sen2__active_plan', 'placementdetail': 'stg_sen2__placement', 'senneed': 'stg_sen2__need',
    'cyp000header': 'stg_csds__header', 'cyp001mpi': 'stg_csds__patient', 'cyp101referral': 'stg_csds__referral',
    'cyp102servicetypereferredto': 'stg_csds__service_type', 'cyp104rtt': 'stg_csds__rtt',
    'cyp105onwardreferral': 'stg_csds__onward_referral',
    'cyp201carecontact': 'stg_csds__care_contact', 'cyp202careactivity': 'stg_csds__care_activity',
    'cyp606provdiag': 'stg_csds__provisional_diagnosis', 'cyp607primdiag': 'stg_csds__primary_diagnosis',
    'cyp608secdiag': 'stg_csds__secondary_diagnosis',
    'mhs005patind': 'stg_mhsds__patient_indicator',
    'mhs008careplantype': 'stg_mhsds__care_plan', 'mhs101referral': 'stg_mhsds__referral',
    'mhs102otherservicetype': 'stg_mhsds__service_type', 'mhs104rtt': 'stg_mhsds__rtt',
    'mhs105onwardreferral': 'stg_mhsds__onward_referral', 'mhs201carecontact': 'stg_mhsds__care_contact',
    'mhs202careactivity': 'stg_mhsds__care_activity', 'mhs604primdiag': 'stg_mhsds__primary_diagnosis',
    'mhs605secdiag': 'stg_mhsds__secondary_diagnosis',
    'mhs606codedscoreassessmentrefer': 'stg_mhsds__assessment_score', 'mhs902serviceteamdetails': 'stg_mhsds__team',
    'sleep_support': 'stg_sleep_support__referral', 'sleep_step': 'stg_sleep_support__step',
    'sensory_support': 'stg_sensory_support__caseload', 'equipment': 'stg_equipment__request',
    'short_breaks': 'stg_short_breaks__package', 'ep_advice': 'stg_ep_advice__request',
    'request': 'stg_ehc_local__request', 'review': 'stg_ehc_local__review',
} %}
with staged as (
    {%- for table_name, model in staging.items() %}
    select
        submission_id,
        '{{ table_name }}' as table_name,
        count(*) as row_count
    from {{ ref(model) }}
    group by submission_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Every table of every accepted submission reached schema raw whole, but for what was left out before linkage.
given as (
    select
        submission_id,
        sum(accepted_count) as accepted_count,
        sum(loaded_count) as loaded_count,
        sum(no_agreement_count) as no_agreement_count,
        sum(opted_out_count) as opted_out_count
    from {{ ref('stg_submission__table') }}
    group by submission_id
),

-- Tables that no model reads yet are given and not staged; those that are staged lose nothing.
staged_total as (
    select
        given_table.submission_id,
        sum(given_table.loaded_count) as loaded_count,
        sum(coalesce(staged.row_count, 0)) as row_count
    from {{ ref('stg_submission__table') }} as given_table
    left join staged
        on given_table.submission_id = staged.submission_id and given_table.table_name = staged.table_name
    where
        given_table.feed in (
            'sen2', 'csds', 'mhsds', 'sleep_support', 'sensory_support', 'equipment', 'short_breaks', 'ehc_local',
            'ep_advice'
        )
        and given_table.table_name in (
            {%- for table_name in staging %}
            '{{ table_name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    group by given_table.submission_id
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
        quarantined_count,
        0 as no_agreement_count,
        0 as opted_out_count
    from {{ ref('stg_submission__submission') }}
    union all
    select
        submission.submission_id,
        submission.partner_id,
        submission.feed,
        submission.period,
        'raw' as layer,
        given.accepted_count as received_count,
        given.loaded_count as accepted_count,
        0 as quarantined_count,
        given.no_agreement_count,
        given.opted_out_count
    from {{ ref('stg_submission__submission') }} as submission
    inner join given on submission.submission_id = given.submission_id
    union all
    select
        submission.submission_id,
        submission.partner_id,
        submission.feed,
        submission.period,
        'staging' as layer,
        staged_total.loaded_count as received_count,
        staged_total.row_count as accepted_count,
        0 as quarantined_count,
        0 as no_agreement_count,
        0 as opted_out_count
    from {{ ref('stg_submission__submission') }} as submission
    inner join staged_total on submission.submission_id = staged_total.submission_id
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
    cast(layered.no_agreement_count as bigint) as no_agreement_count,
    cast(layered.opted_out_count as bigint) as opted_out_count,
    layered.received_count = layered.accepted_count + layered.quarantined_count
    + layered.no_agreement_count + layered.opted_out_count as is_balanced
from layered
cross join {{ ref('stg_submission__run_parameter') }} as parameter
