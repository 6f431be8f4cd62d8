{# Fails for each row where a date lies before another that it must not precede. #}
{% test not_before(model, column_name, other) %}
select {{ column_name }}, {{ other }}
from {{ model }}
where {{ column_name }} < {{ other }}
{% endtest %}
