{# Fails for each span that begins before an earlier one of the same keys has ended. Both days belong to a span; a null one has no end. #}
{% test no_overlap(model, keys, from_date, to_date) %}
with ordered as (
    select
        {{ keys | join(', ') }},
        {{ from_date }},
        lag(coalesce({{ to_date }}, date '9999-12-31')) over (
            partition by {{ keys | join(', ') }} order by coalesce({{ from_date }}, date '1900-01-01')
        ) as earlier_to_date
    from {{ model }}
)

select *
from ordered
where coalesce({{ from_date }}, date '1900-01-01') <= earlier_to_date
{% endtest %}
