select
    source.period_from,
    source.period_to,
    source.payer,
    source.area,
    source.service,
    source.category,
    source.basis,
    source.amount_gbp,
    source.budget_gbp,
    source.cyp_funded,
    source.packages,
    source.is_correction,
    {{ sent_with('source') }}
from {{ source('raw', 'spend_return_spend') }} as source
