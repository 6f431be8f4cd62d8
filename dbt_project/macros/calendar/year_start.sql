{# 1 January of the year that holds a date: where calendar_ytd begins. #}
{% macro year_start(day) %}cast(date_trunc('year', {{ day }}) as date){% endmacro %}
