-- A percentage is given from 0 to 100.
select
    metric_id,
    area_id,
    value
from {{ ref('metric_quarterly') }}
where unit = 'pct' and (value < 0 or value > 100)
