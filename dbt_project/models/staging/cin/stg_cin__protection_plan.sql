select
    source.cindetailsid as episode_id,
    source.cppstartdate as start_date,
    source.cppenddate as end_date,
    {{ sent_with('source') }}
from {{ source('raw', 'cin_childprotectionplan') }} as source
