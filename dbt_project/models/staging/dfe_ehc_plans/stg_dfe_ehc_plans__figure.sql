-- One row per published cell of the totals over all plans, which each file marks by the same words in topic and
-- breakdown; the four million cells of the breakdowns stay in the accepted files. Markers stay beside the number: what
-- DfE could not give is not a nought.
select
    file as published_file,
    time_period,
    time_identifier,
    -- Every table with an academic year is a count on census day in January of its second year.
    case
        when time_identifier = 'Academic year' then '20' || right(time_period, 2) || '-01'
        else time_period
    end as period,
    geographic_level,
    case geographic_level
        when 'National' then country_code
        when 'Regional' then region_code
        else new_la_code
    end as published_area_code,
    old_la_code,
    la_name,
    breakdown_topic,
    breakdown,
    measure as published_measure,
    value_text,
    try_cast(value_text as double) as published_number,
    case
        when try_cast(value_text as double) is not null then 'number'
        when value_text = 'x' then 'unavailable'
        when value_text = 'z' then 'not_applicable'
        when value_text = 'c' then 'confidential'
        when value_text in ('low', 'k') then 'rounds_to_nought'
        when value_text = 'u' then 'low_reliability'
        when coalesce(value_text, '') = '' then 'blank'
        else 'text'
    end as value_status,
    submission_id,
    period_end as submission_period_end,
    received_at
from {{ source('raw', 'dfe_ehc_plans_figure') }}
where breakdown_topic = breakdown
