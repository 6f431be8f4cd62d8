-- A count of nobody, in an area that sent its feed, is 0 and not null.
select
    metric_id,
    area_id
from {{ ref('metric_quarterly') }}
where unit = 'count' and value_status in ('final', 'provisional') and value is null
