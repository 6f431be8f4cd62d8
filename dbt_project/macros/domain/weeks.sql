{# Days as weeks: days over seven, unrounded (rules 7.2). #}
{% macro weeks(days) %}(cast({{ days }} as double precision) / 7.0){% endmacro %}
