-- Every quarter lies within one calendar year, so the year to date has at least its plans.
select
    quarter_row.metric_id,
    quarter_row.area_id
from {{ ref('metric_quarterly') }} as quarter_row
inner join {{ ref('metric_quarterly') }} as year_row
    on
        quarter_row.metric_id = year_row.metric_id
        and quarter_row.area_id = year_row.area_id
        and quarter_row.service = year_row.service
        and quarter_row.tier = year_row.tier
        and quarter_row.breakdown_topic = year_row.breakdown_topic
        and quarter_row.breakdown = year_row.breakdown
where
    quarter_row.time_window = 'quarter'
    and year_row.time_window = 'calendar_ytd'
    and (quarter_row.denominator > year_row.denominator or quarter_row.numerator > year_row.numerator)
