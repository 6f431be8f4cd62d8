with parameter as (
    select
        quarter_start,
        as_of
    from {{ ref('stg_submission__run_parameter') }}
),

numbered as (
    {%- for number in range(4) %}
    select
        {{ add_months('quarter_start', -3 * number) }} as quarter_start,
        -- Three months earlier, a financial year begins in January.
        {{ add_months('quarter_start', -3 * number - 3) }} as shifted,
        as_of
    from parameter
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

named as (
    select
        substring(cast(shifted as varchar), 1, 4)
        || '-'
        || substring(cast({{ add_months('shifted', 12) }} as varchar), 3, 2)
        || case substring(cast(shifted as varchar), 6, 2)
            when '01' then '-Q1'
            when '04' then '-Q2'
            when '07' then '-Q3'
            else '-Q4'
        end as quarter,
        quarter_start,
        {{ add_days(add_months('quarter_start', 3), -1) }} as quarter_end,
        as_of
    from numbered
)

select
    quarter,
    quarter_start,
    quarter_end,
    as_of
from named
