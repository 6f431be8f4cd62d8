{# Whole days from one date to a later one. A calendar day is a day whether or not the clocks changed in it. #}
{% macro days_between(first_day, last_day) %}{{ return(adapter.dispatch('days_between', 'sendjc')(first_day, last_day)) }}{% endmacro %}

{% macro default__days_between(first_day, last_day) %}(cast({{ last_day }} as date) - cast({{ first_day }} as date)){% endmacro %}

{% macro spark__days_between(first_day, last_day) %}datediff({{ last_day }}, {{ first_day }}){% endmacro %}
