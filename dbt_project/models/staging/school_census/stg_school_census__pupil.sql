select
    source.pupilonrolltableid as pupil_id,
    source.schoolcensustableid as return_id,
    source.enrolstatus as enrolment_status,
    source.entrydate as entry_date,
    source.ncyearactual as nc_year,
    source.senprovision as sen_provision,
    source.senunitindicator as is_sen_unit,
    source.resourcedprovisionindicator as is_resourced_provision,
    source.termlysessionspossible as sessions_possible,
    source.summerhalfterm2sessionspossible as summer_sessions_possible,
    source.termlysessionsauthorised as sessions_authorised,
    source.termlysessionsunauthorised as sessions_unauthorised,
    source.plaa as post_looked_after,
    source.servicechild as service_child,
    source.person_key,
    {{ sent_with('source') }}
from {{ source('raw', 'school_census_pupilonroll') }} as source
