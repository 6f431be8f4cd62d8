{# The financial quarter of a day, as 2024-25-Q4; three months earlier, a financial year begins in January. #}
{% macro quarter_label(day) -%}
(
    substring(cast({{ add_months(day, -3) }} as varchar), 1, 4)
    || '-'
    || substring(cast({{ add_months(day, 9) }} as varchar), 3, 2)
    || case
        when substring(cast({{ day }} as varchar), 6, 2) in ('04', '05', '06') then '-Q1'
        when substring(cast({{ day }} as varchar), 6, 2) in ('07', '08', '09') then '-Q2'
        when substring(cast({{ day }} as varchar), 6, 2) in ('10', '11', '12') then '-Q3'
        else '-Q4'
    end
)
{%- endmacro %}

{# A financial quarter as a number, four to a year, so that quarters can be counted back from one another. #}
{% macro quarter_number(label) -%}
(cast(substring({{ label }}, 1, 4) as integer) * 4 + cast(substring({{ label }}, 10, 1) as integer))
{%- endmacro %}
