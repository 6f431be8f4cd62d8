with in_scope as (
    select
        *,
        -- A referral is open on the day it came, also where it says that it was closed before.
        max(greatest(coalesce(closed_date, date '9999-01-01'), received_date)) over (
            partition by provider_id, pathway, person_key
            order by received_date, referral_key
            rows between unbounded preceding and 1 preceding
        ) as previous_closed_date
    from {{ ref('int_therapy__referral') }}
    where is_in_scope and received_date is not null
),

marked as (
    select
        *,
        -- Opened while one is open, or up to 5 days after it closed: the same spell. 6 days: a new one (rules 7.2).
        previous_closed_date is null
        or received_date > {{ add_days('previous_closed_date', 'spell_gap_days') }} as is_spell_head
    from in_scope
),

numbered as (
    select
        *,
        sum(case when is_spell_head then 1 else 0 end) over (
            partition by provider_id, pathway, person_key
            order by received_date, referral_key
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
)

select
    referral_key,
    {{ surrogate_key(['provider_id', 'pathway', 'person_key', 'spell_number']) }} as spell_id,
    is_spell_head,
    provider_id,
    service_request_id,
    person_key,
    pathway,
    service,
    tier,
    received_date,
    rejection_date,
    discharge_date,
    closed_date,
    untreated_date,
    is_closure_inferred,
    is_rejected,
    is_incomplete,
    submission_id,
    source_row
from numbered
