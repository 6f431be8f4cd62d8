-- The snapshot of the last month and that of the quarter are read on one day and agree.
{{ config(meta={'dagster': {'ref': {'name': 'metric_monthly'}}}) }}
select
    monthly.metric_id,
    monthly.area_id,
    monthly.value as month_value,
    quarterly.value as quarter_value
from {{ ref('metric_monthly') }} as monthly
inner join {{ ref('int_reference__month') }} as calendar on monthly.month = calendar.month
inner join {{ ref('stg_submission__run_parameter') }} as parameter on calendar.month_end = parameter.quarter_end
inner join {{ ref('metric_quarterly') }} as quarterly
    on
        monthly.metric_id = quarterly.metric_id
        and monthly.area_id = quarterly.area_id
        and monthly.time_window = quarterly.time_window
        and monthly.service = quarterly.service
        and monthly.tier = quarterly.tier
        and quarterly.breakdown_topic = 'Total'
where
    monthly.time_window = 'snapshot'
    and monthly.value_status in ('final', 'provisional')
    and (monthly.numerator <> quarterly.numerator or monthly.denominator <> quarterly.denominator)
