{# How many rows of a group meet a condition; 0 and not null where none does. #}
{% macro count_if(condition) -%}
sum(case when {{ condition }} then 1 else 0 end)
{%- endmacro %}
