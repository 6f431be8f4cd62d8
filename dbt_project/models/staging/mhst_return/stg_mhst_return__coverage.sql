select
    source.as_of,
    source.area,
    source.phase,
    source.schools,
    source.schools_covered,
    source.pupils,
    source.pupils_covered,
    source.cyp_supported,
    source.whole_school_activities,
    {{ sent_with('source') }}
from {{ source('raw', 'mhst_return_coverage') }} as source
