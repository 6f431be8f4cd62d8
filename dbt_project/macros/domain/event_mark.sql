{#
    The day of an event and the number of its kind (below 1000, in the order of names) as one number: the least of a group gives the day and the
    kind of its earliest event together. earliest_event does the same with texts, where no kinds are numbered.
#}
{% macro event_mark(event_date, kind_number) -%}
({{ days_between("date '0001-01-01'", event_date) }} * 1000 + {{ kind_number }})
{%- endmacro %}

{% macro event_mark_day(mark) %}{{ add_days("date '0001-01-01'", '(' ~ mark ~ ' - ' ~ mark ~ ' % 1000) / 1000') }}{% endmacro %}

{% macro event_mark_kind(mark) %}{{ mark }} % 1000{% endmacro %}
