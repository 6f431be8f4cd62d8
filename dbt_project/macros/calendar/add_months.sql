{# A date moved by whole months; 31 January plus one month is the last day of February. #}
{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months', 'sendjc')(day, months)) }}{% endmacro %}

{% macro default__add_months(day, months) -%}
cast(cast({{ day }} as date) + ({{ months }}) * interval '1' month as date)
{%- endmacro %}

{% macro spark__add_months(day, months) %}add_months({{ day }}, cast({{ months }} as int)){% endmacro %}
