with contact as (
    {%- for feed in ['csds', 'mhsds', 'local'] %}
    select
        contact_key,
        provider_id,
        service_request_id,
        care_contact_id,
        service,
        contact_date,
        attendance_role,
        is_attended,
        is_treatment,
        is_assessment,
        professional_id,
        is_joint,
        source_feed,
        submission_id,
        source_row
    from {{ stays(ref('int_' ~ feed ~ '__contact')) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from contact
