{#
    The rank of a record among those sent for its key: 1 is the one that stands. Providers send every open referral again each
    period, so the newest period wins, then the newest arrival, then the later row of the file.
#}
{% macro latest_record(key) -%}
row_number() over (
    partition by {{ key | join(', ') }}
    order by period_end desc, received_at desc, source_row desc
)
{%- endmacro %}
