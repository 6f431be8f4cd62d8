{#
    A date moved forward by working days, Monday to Friday; from a Saturday or Sunday it counts as from the Friday. Bank holidays are days
    like any other. 1 January 1900 was a Monday.
#}
{% macro add_working_days(day, days) -%}
{%- set weekday = '(' ~ days_between("date '1900-01-01'", day) ~ ' % 7)' -%}
{{ add_days(
    day, 'least(0, 4 - ' ~ weekday ~ ') + ' ~ days ~ ' + 2 * floor((least(4, ' ~ weekday ~ ') + ' ~ days ~ ') / 5.0)'
) }}
{%- endmacro %}
