{# How many rows of a partner's feed were quarantined, in words, as '33 of 1,370 rows of sen2 from derby were quarantined'. #}
{% macro quarantined_rows(counted) -%}
{{ with_thousands(counted ~ '.quarantined_count') }} || ' of ' || {{ with_thousands(counted ~ '.received_count') }}
|| ' rows of ' || {{ counted }}.feed || ' from ' || {{ counted }}.partner_id || ' were quarantined'
{%- endmacro %}
