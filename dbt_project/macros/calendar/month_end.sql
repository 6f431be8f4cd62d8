{# The last day of the month that holds a date. #}
{% macro month_end(day) -%}
{{ add_days(add_months(month_start(day), 1), -1) }}
{%- endmacro %}
