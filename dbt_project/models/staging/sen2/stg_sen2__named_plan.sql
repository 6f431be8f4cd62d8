select
    source.namedplantableid as named_plan_id,
    source.assessmenttableid as assessment_id,
    source.startdate as start_date,
    source.planres as residential_code,
    source.planwbp as work_based_code,
    source.pb as has_personal_budget,
    source.oa as has_organised_arrangements,
    source.dp as direct_payment_code,
    source.ceasedate as cease_date,
    source.ceasereason as cease_reason,
    {{ sent_with('source') }}
from {{ source('raw', 'sen2_namedplan') }} as source
