select
    source.month,
    source.icb,
    source.bnf_code,
    source.bnf_name,
    source.age_band,
    source.items,
    source.quantity,
    source.net_ingredient_cost_gbp,
    source.patients,
    source.items_unidentified,
    {{ sent_with('source') }}
from {{ source('raw', 'prescribing_return_prescribed') }} as source
