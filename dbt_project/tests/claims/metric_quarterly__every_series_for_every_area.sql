-- Each metric has its row for each area, whatever arrived: nothing missing, nothing extra.
{{ config(meta={'dagster': {'ref': {'name': 'metric_quarterly'}}}) }}
with expected as (
    select
        metric_id,
        area_id,
        time_window,
        service,
        tier
    from {{ ref('int_reference__metric_series') }}
    where grain = 'quarterly'
)

select
    expected.metric_id as expected_metric_id,
    found.metric_id as found_metric_id,
    coalesce(expected.area_id, found.area_id) as area_id
from expected
full outer join {{ ref('metric_quarterly') }} as found
    on
        expected.metric_id = found.metric_id
        and expected.area_id = found.area_id
        and expected.time_window = found.time_window
        and expected.service = found.service
        and expected.tier = found.tier
where expected.metric_id is null or found.metric_id is null
