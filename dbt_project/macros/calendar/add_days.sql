{# A date moved by whole days. Limits are computed by adding and comparing, never by counting boundaries. #}
{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days', 'sendjc')(day, days)) }}{% endmacro %}

{% macro default__add_days(day, days) %}(cast({{ day }} as date) + cast({{ days }} as integer)){% endmacro %}

{% macro spark__add_days(day, days) %}date_add({{ day }}, cast({{ days }} as int)){% endmacro %}
