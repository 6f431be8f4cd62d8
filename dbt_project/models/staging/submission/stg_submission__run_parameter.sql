select
    source.quarter,
    source.quarter_start,
    source.quarter_end,
    source.as_of,
    source.known_at
from {{ source('raw', 'run_parameter') }} as source
