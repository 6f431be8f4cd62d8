{# The first day of the month that holds a date. #}
{% macro month_start(day) %}cast(date_trunc('month', {{ day }}) as date){% endmacro %}
