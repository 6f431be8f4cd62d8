select
    source.localpatientid as patient_id,
    source.person_key,
    source.orgid_educationestablishment as education_establishment_id,
    source.gender,
    source.ethniccategory as ethnic_category,
    source.childlookedafter_indicator as looked_after_indicator,
    source.educationassessment as education_assessment,
    source.persondeathdate as death_date,
    {{ sent_with('source') }}
from {{ source('raw', 'csds_cyp001mpi') }} as source
