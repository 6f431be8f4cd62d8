-- One row per cell of tables 4 and 4a to 4g. A star and a blank are different statements and stay so.
select
    data_month as period,
    data_month_start as period_start,
    org_type,
    org_code as sent_org_code,
    org_name as sent_org_name,
    -- The workbooks change between 'Derby and Derbyshire' and 'DERBY AND DERBYSHIRE'.
    upper(regexp_replace(trim(org_name), '\s+', ' ', 'g')) as org_name_key,
    age_group,
    service,
    band,
    value_text,
    try_cast(value_text as bigint) as waiting_count,
    case
        when try_cast(value_text as bigint) is not null then 'number'
        when value_text = '*' then 'not_published'
        when coalesce(value_text, '') = '' then 'not_submitted'
        else 'text'
    end as value_status,
    submission_id,
    received_at
from {{ source('raw', 'chs_sitrep_waiting') }}
