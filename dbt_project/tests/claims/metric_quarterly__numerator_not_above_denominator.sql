-- A share counts some of its denominator.
select
    metric_id,
    area_id,
    numerator,
    denominator
from {{ ref('metric_quarterly') }}
where unit = 'pct' and numerator > denominator
