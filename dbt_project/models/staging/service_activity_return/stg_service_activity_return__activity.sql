select
    source.month,
    source.area,
    source.service,
    source.measure,
    source.kind,
    source.locality,
    source.numerator,
    source.denominator,
    source.cost_gbp,
    {{ sent_with('source') }}
from {{ source('raw', 'service_activity_return_activity') }} as source
