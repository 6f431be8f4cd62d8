with milestone as (
    {%- for feed in ['csds', 'mhsds', 'local'] %}
    select
        milestone_key,
        provider_id,
        service_request_id,
        event_type,
        event_date,
        source_feed,
        submission_id,
        source_row
    from {{ stays(ref('int_' ~ feed ~ '__milestone')) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from milestone
