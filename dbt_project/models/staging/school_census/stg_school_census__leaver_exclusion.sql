select
    source.pupilnolongeronrolltableid as leaver_id,
    source.startdate as start_date,
    source.category,
    source.senprovision as sen_provision,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_termlyexclusionsoffroll') }} as source
