{# A percentage from 0 to 100, null where there is nothing to divide by. #}
{% macro pct(numerator, denominator) -%}
(100 * {{ safe_divide(numerator, denominator) }})
{%- endmacro %}
