{#
    A diagnosis as seed service_rule writes it, scheme:code. Of ICD-10 (scheme 02) the category is enough: 02:F84 is every pervasive
    developmental disorder, however far the coder went.
#}
{% macro diagnosis_code(scheme, code) -%}
{{ scheme }} || ':' || case when {{ scheme }} = '02' then upper(substring({{ code }}, 1, 3)) else {{ code }} end
{%- endmacro %}
