-- Plans by month of issue add up to the quarter, area by area.
{{ config(meta={'dagster': {'ref': {'name': 'metric_monthly'}}}) }}
with month_sum as (
    select
        monthly.metric_id,
        monthly.area_id,
        sum(monthly.numerator) as numerator,
        sum(monthly.denominator) as denominator
    from {{ ref('metric_monthly') }} as monthly
    inner join {{ ref('int_reference__month') }} as calendar on monthly.month = calendar.month
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where monthly.time_window = 'month' and calendar.month_start >= parameter.quarter_start
    group by monthly.metric_id, monthly.area_id
)

select
    month_sum.metric_id,
    month_sum.area_id
from month_sum
inner join {{ ref('metric_quarterly') }} as quarterly
    on month_sum.metric_id = quarterly.metric_id and month_sum.area_id = quarterly.area_id
where
    quarterly.time_window = 'quarter'
    and (month_sum.numerator <> quarterly.numerator or month_sum.denominator <> quarterly.denominator)
