select
    source.localpatientid as patient_id,
    source.person_key,
    source.orgid_educationestablishment as education_establishment_id,
    source.gender,
    source.ethniccategory as ethnic_category,
    source.childlookedafter_indicator as looked_after_indicator,
    source.educationassessment as education_assessment,
    source.persondeathdate as death_date,
    source.partner as partner_id,
    source.period,
    source.period_start,
    source.period_end,
    source.submission_id,
    source.received_at,
    source.source_row
from {{ source('raw', 'csds_cyp001mpi') }} as source
