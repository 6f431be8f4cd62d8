{#
    What both national feeds (csds, mhsds) date under a referral beside its contacts: treatment by referral-to-treatment status, diagnoses and
    onward referrals, each as the provider last sent it.
#}
{% macro milestone_of_referrals(feed, diagnosis_day) %}
with rtt as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'patient_pathway_id', 'start_date']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__rtt') }}
),

diagnosis_record as (
    {%- for rank in ['primary', 'secondary'] %}
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'diagnosis_scheme', 'diagnosis_code']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__' ~ rank ~ '_diagnosis') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- A main and a further diagnosis of one day are one day on which a diagnosis was made.
diagnosis as (
    select
        *,
        row_number() over (
            partition by partner_id, service_request_id, cast({{ diagnosis_day }} as date)
            order by submission_id, source_row, diagnosis_code
        ) as day_rank
    from diagnosis_record
    where record_rank = 1
),

onward as (
    select
        *,
        {{ latest_record(['partner_id', 'service_request_id', 'receiving_org_id', 'onward_date']) }} as record_rank
    from {{ ref('stg_' ~ feed ~ '__onward_referral') }}
),

dated as (
    select
        rtt.partner_id,
        rtt.service_request_id,
        'rtt_treated' as event_type,
        rtt.end_date as event_date,
        rtt.submission_id,
        rtt.source_row
    from rtt
    inner join {{ ref('rtt_status_role') }} as rtt_status_role on rtt.rtt_status = rtt_status_role.rtt_status
    where rtt.record_rank = 1 and rtt_status_role.role = 'treated'
    union all
    select
        partner_id,
        service_request_id,
        'diagnosis_made' as event_type,
        cast({{ diagnosis_day }} as date) as event_date,
        submission_id,
        source_row
    from diagnosis
    where day_rank = 1
    union all
    select
        partner_id,
        service_request_id,
        'referred_onward' as event_type,
        onward_date as event_date,
        submission_id,
        source_row
    from onward
    where record_rank = 1
)

select * from dated
{% endmacro %}

{# The shape of int_<feed>__milestone over a relation `dated`. #}
{% macro milestone_rows(feed) %}
select
    {{ surrogate_key([
        "'" ~ feed ~ "'", 'partner_id', 'service_request_id', 'event_type', 'event_date', 'submission_id', 'source_row'
    ]) }} as milestone_key,
    partner_id as provider_id,
    service_request_id,
    event_type,
    event_date,
    '{{ feed }}' as source_feed,
    submission_id,
    source_row
from dated
where event_date is not null
{% endmacro %}
