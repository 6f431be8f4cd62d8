{# Where a row of a submission comes from: the columns that end every staging model of what partners send. #}
{% macro sent_with(source) -%}
{{ source }}.partner as partner_id,
    {{ source }}.period,
    {{ source }}.period_start,
    {{ source }}.period_end,
    {{ source }}.submission_id,
    {{ source }}.received_at,
    {{ source }}.source_row
{%- endmacro %}
