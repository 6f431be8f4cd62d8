with referral as (
    {%- for feed in ['csds', 'mhsds', 'local'] %}
    select
        referral_key,
        provider_id,
        service_request_id,
        person_key,
        service,
        pathway,
        tier,
        spell_gap_days,
        strand,
        is_in_scope,
        received_date,
        accepted_date,
        rejection_date,
        discharge_date,
        last_seen_date,
        is_closure_inferred,
        closed_date,
        is_rejected,
        untreated_date,
        is_incomplete,
        source_feed,
        submission_id,
        source_row
    from {{ stays(ref('int_' ~ feed ~ '__referral')) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from referral
