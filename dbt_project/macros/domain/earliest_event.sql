{#
    The earliest event of a group that meets a condition, as '2025-01-31event_type' (null when none does). ISO dates sort as text, so
    one aggregate gives the date and the name together on every engine; event_mark_date and event_mark_type take it apart.
#}
{% macro earliest_event(event_type, event_date, condition) -%}
min(case when {{ condition }} then cast({{ event_date }} as varchar) || {{ event_type }} end)
{%- endmacro %}

{% macro event_mark_date(mark) %}cast(substring({{ mark }}, 1, 10) as date){% endmacro %}

{% macro event_mark_type(mark) %}substring({{ mark }}, 11){% endmacro %}
