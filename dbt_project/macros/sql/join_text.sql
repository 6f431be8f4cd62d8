{# The distinct texts of a group as one text, in order. #}
{% macro join_text(expression, separator) %}{{ return(adapter.dispatch('join_text', 'sendjc')(expression, separator)) }}{% endmacro %}

{% macro default__join_text(expression, separator) -%}
string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{% macro spark__join_text(expression, separator) -%}
array_join(array_sort(collect_set({{ expression }})), '{{ separator }}')
{%- endmacro %}
