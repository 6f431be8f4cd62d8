-- One row per cell of the tribunal table whose authority and code agree; the rows that do not are in quarantine.
select
    la_name,
    old_la_code,
    geographic_level,
    year as period,
    measure as published_measure,
    value_text,
    try_cast(replace(replace(value_text, ',', ''), '%', '') as double) as published_number,
    case
        when try_cast(replace(replace(value_text, ',', ''), '%', '') as double) is not null then 'number'
        when value_text = '-' then 'nil'
        when value_text = '..' then 'not_available'
        when value_text in ('~', 'x') then 'suppressed'
        when coalesce(value_text, '') = '' then 'blank'
        else 'text'
    end as value_status,
    submission_id,
    received_at
from {{ source('raw', 'dfe_ehc_plans_tribunal') }}
