{# A whole number as text with commas, as 1,370. #}
{% macro with_thousands(number) %}{{ return(adapter.dispatch('with_thousands', 'sendjc')(number)) }}{% endmacro %}

{% macro default__with_thousands(number) %}trim(to_char({{ number }}, '999,999,999,990')){% endmacro %}

{% macro duckdb__with_thousands(number) %}format('{:,}', cast({{ number }} as bigint)){% endmacro %}

{% macro spark__with_thousands(number) %}format_number({{ number }}, 0){% endmacro %}
