{#
    What a figure's submissions let it be: withheld, not_supplied, final or provisional. `judged` has withheld_count and missing_count (1 where any is),
    `parameter` is the quarter. Six weeks after the quarter the figures are frozen (rules 7.9).
#}
{% macro value_status(judged, parameter) -%}
case
    when {{ judged }}.withheld_count = 1 then 'withheld'
    when {{ judged }}.missing_count = 1 then 'not_supplied'
    when {{ is_frozen(parameter) }} then 'final'
    else 'provisional'
end
{%- endmacro %}

{% macro is_frozen(parameter) -%}
{{ parameter }}.known_at >= {{ freeze_date(parameter ~ '.quarter_end') }}
{%- endmacro %}

{% macro freeze_date(quarter_end) -%}
{{ add_days(quarter_end, 42) }}
{%- endmacro %}
