{# A quotient as double, null where there is nothing to divide by. #}
{% macro safe_divide(numerator, denominator) -%}
(cast({{ numerator }} as double precision) / nullif(cast({{ denominator }} as double precision), 0))
{%- endmacro %}
