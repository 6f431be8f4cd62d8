{#
    The dates of a table as events: one branch for each kind of event, given as [event_type, date column, condition or none, column of the source
    row if it is not source_row]. What has no date gives no event: int_ehc__event leaves it out.
#}
{% macro dated_events(relation, kinds) -%}
{%- for kind in kinds %}
select
    person_key,
    case_id,
    pathway,
    service,
    {{ kind[0] }} as event_type,
    {{ kind[1] }} as event_date,
    area_id,
    source_feed,
    {{ kind[3] if kind | length > 3 else 'source_row' }} as source_row,
    submission_id
from {{ relation }}
{%- if kind | length > 2 and kind[2] %}
where {{ kind[2] }}
{%- endif %}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}
