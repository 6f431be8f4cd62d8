with parameter as (
    select
        quarter,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

month_offset as (
    {%- for number in range(12) %}
    select {{ number }} as months_back
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

numbered as (
    select
        parameter.quarter,
        {{ add_months(month_start('parameter.quarter_end'), '-1 * month_offset.months_back') }} as month_start
    from parameter
    cross join month_offset
)

select
    quarter,
    substring(cast(month_start as varchar), 1, 7) as month,
    month_start,
    {{ month_end('month_start') }} as month_end
from numbered
