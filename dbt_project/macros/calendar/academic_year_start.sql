{# 1 September on or before a date. #}
{% macro academic_year_start(day) -%}
{{ add_months(year_start(add_months(day, -8)), 8) }}
{%- endmacro %}
