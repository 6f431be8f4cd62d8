with in_scope as (
    select
        referral.*,
        service.spell_group,
        -- A referral is open on the day it came, also where it says that it was closed before.
        max(greatest(coalesce(referral.closed_date, date '9999-01-01'), referral.received_date)) over (
            partition by referral.provider_id, service.spell_group, referral.strand, referral.person_key
            order by referral.received_date, referral.service, referral.referral_key
            rows between unbounded preceding and 1 preceding
        ) as previous_closed_date
    from {{ ref('int_pathway__referral') }} as referral
    inner join {{ ref('service') }} as service on referral.service = service.service
    where referral.is_in_scope and referral.received_date is not null
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
            partition by provider_id, spell_group, strand, person_key
            order by received_date, service, referral_key
            rows between unbounded preceding and current row
        ) as spell_number
    from marked
)

select
    referral_key,
    {{ surrogate_key(['provider_id', 'spell_group', 'strand', 'person_key', 'spell_number']) }} as spell_id,
    is_spell_head,
    provider_id,
    service_request_id,
    person_key,
    pathway,
    service,
    tier,
    received_date,
    accepted_date,
    rejection_date,
    discharge_date,
    closed_date,
    untreated_date,
    is_closure_inferred,
    is_rejected,
    is_incomplete,
    source_feed,
    submission_id,
    source_row
from numbered
