{# Fails for each row where a condition is false; a condition that is null for a row passes. #}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, true)
{% endtest %}
