{#
    Why a clock does not count: the first reason that its rule names, else 'counted'. Residence comes last, so that a clock left out by it has
    no other fault. It says in words what is_counted of run_clocks says in one; clock is a row of fct_clock, rule its row of clock_rule.
#}
{% macro left_out_by(clock, rule) -%}
case
    when {{ clock }}.status = 'not_started' then 'not_started'
    when {{ clock }}.status = 'nullified' then 'nullified'
    when {{ clock }}.is_excepted and {{ rule }}.exception_effect = 'exclude' then 'excepted'
    {%- for flag in left_out_flags() %}
    when
        {{ clock }}.is_{{ flag }}
        and (
            {{ in_pipe_list("'" ~ flag ~ "'", rule ~ '.exclude_when') }}
            or ({{ clock }}.status = 'open' and {{ in_pipe_list("'" ~ flag ~ "'", rule ~ '.exclude_open_when') }})
        )
        then '{{ flag }}'
    {%- endfor %}
    else 'counted'
end
{%- endmacro %}

{# The flags that a rule may name, in the order in which they are the reason. #}
{% macro left_out_flags() %}{{ return([
    'duplicate_in_spell', 'rejected', 'impossible', 'historical', 'incomplete', 'deceased', 'aged_out', 'not_resident'
]) }}{% endmacro %}
