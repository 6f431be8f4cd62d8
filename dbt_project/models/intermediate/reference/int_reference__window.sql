-- The days that each figure is of. Limit control needs three years of months (rules 7.5); a figure of the quarter has
-- one row.
with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

months_back as (
    {%- for number in range(36) %}
    select {{ number }} as months_back
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

month as (
    select
        months_back.months_back,
        {{ add_months(month_start('parameter.quarter_end'), '-1 * months_back.months_back') }} as first_day
    from parameter
    cross join months_back
),

quarterly as (
    {%- for time_window, first_day, month_count in [
        ('quarter', 'quarter_start', 3),
        ('month_mean', 'quarter_start', 3),
        ('calendar_ytd', year_start('quarter_end'), 'extract(month from quarter_end)'),
        ('rolling_12m', add_months('quarter_start', -9), 12),
        ('snapshot', 'quarter_end', 1),
    ] %}
    select
        quarter as period,
        '{{ time_window }}' as time_window,
        {{ first_day }} as first_day,
        quarter_end as last_day,
        {{ month_count }} as month_count
    from parameter
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

monthly as (
    {%- for time_window, first_day in [('month', 'first_day'), ('snapshot', month_end('first_day'))] %}
    select
        substring(cast(first_day as varchar), 1, 7) as period,
        months_back,
        '{{ time_window }}' as time_window,
        {{ first_day }} as first_day,
        {{ month_end('first_day') }} as last_day
    from month
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    'quarterly' as grain,
    period,
    0 as months_back,
    time_window,
    cast(first_day as date) as first_day,
    cast(last_day as date) as last_day,
    cast(month_count as integer) as month_count
from quarterly
union all
select
    'monthly' as grain,
    period,
    months_back,
    time_window,
    cast(first_day as date) as first_day,
    cast(last_day as date) as last_day,
    1 as month_count
from monthly
