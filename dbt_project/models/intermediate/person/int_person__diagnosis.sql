{% set tables = [
    ('csds', 'primary', 'diagnosis_date'), ('csds', 'secondary', 'diagnosis_date'),
    ('mhsds', 'primary', 'diagnosed_at'), ('mhsds', 'secondary', 'diagnosed_at'),
] %}
with told as (
    {%- for feed, rank, day in tables %}
    select
        '{{ feed }}' as source_feed,
        partner_id,
        service_request_id,
        {{ diagnosis_code('diagnosis_scheme', 'diagnosis_code') }} as diagnosis,
        cast({{ day }} as date) as diagnosis_date,
        submission_id,
        {{ latest_record(['partner_id', 'service_request_id', 'diagnosis_scheme', 'diagnosis_code']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__' ~ rank ~ '_diagnosis') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

referral as (
    {%- for feed in ['csds', 'mhsds'] %}
    select distinct
        '{{ feed }}' as source_feed,
        partner_id,
        service_request_id,
        person_key
    from {{ ref('stg_' ~ feed ~ '__referral') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

indicator as (
    select
        *,
        {{ latest_record(['partner_id', 'patient_id']) }} as record_rank
    from {{ ref('stg_mhsds__patient_indicator') }}
),

-- Status 1 is a confirmed diagnosis; 2 to 4 are suspicions (sources 3.4). It has no day.
found as (
    select
        referral.person_key,
        role.condition,
        told.source_feed,
        told.partner_id,
        told.diagnosis_date,
        told.submission_id
    from told
    inner join {{ ref('diagnosis_role') }} as role on told.diagnosis = role.diagnosis
    inner join referral
        on
            told.source_feed = referral.source_feed
            and told.partner_id = referral.partner_id
            and told.service_request_id = referral.service_request_id
    where told.record_rank = 1
    {%- for condition, status in [('autism', 'autism_status'), ('learning_disability', 'learning_disability_status')] %}
    union all
    select
        person_key,
        '{{ condition }}' as condition,
        'mhsds' as source_feed,
        partner_id,
        cast(null as date) as diagnosis_date,
        submission_id
    from indicator
    where record_rank = 1 and {{ status }} = '1'
    {%- endfor %}
)

select
    {{ surrogate_key(['person_key', 'condition', 'source_feed', 'partner_id']) }} as diagnosis_key,
    person_key,
    condition,
    source_feed,
    partner_id,
    min(diagnosis_date) as diagnosis_date,
    max(submission_id) as submission_id
from found
where person_key is not null
group by person_key, condition, source_feed, partner_id
