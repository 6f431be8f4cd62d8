-- A figure whose feed was refused or never came is null and says why.
select
    metric_id,
    area_id,
    value_status
from {{ ref('metric_quarterly') }}
where
    value_status in ('withheld', 'not_supplied')
    and (numerator is not null or denominator is not null or value is not null or dq_reason is null)
