{# The key's columns of one side, for a select or a grouping. #}
{% macro keys_of(relation, key) -%}
{% for column in key %}{{ relation }}.{{ column }}{{ ',\n        ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# That two sides of a join are of one key. #}
{% macro same_keys(left, right, key) -%}
{% for column in key %}{{ left }}.{{ column }} = {{ right }}.{{ column }}{{ '\n            and ' if not loop.last }}{% endfor %}
{%- endmacro %}
