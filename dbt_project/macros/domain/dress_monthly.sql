{#
    The rows of a monthly family with definition and status: one for every metric, area and month. A month that no submission speaks for is
    not_supplied, because a referral opened and closed in such a month is not in what came later.
#}
{% macro dress_monthly(family_model, family) %}
with joined as (
    select
        series.*,
        coverage.month,
        family.numerator,
        family.denominator,
        family.value,
        case
            when series.value_status in ('final', 'provisional') and not coverage.is_covered then 'not_supplied'
            else series.value_status
        end as month_status,
        case
            when series.value_status in ('final', 'provisional') and not coverage.is_covered
                then 'no submission covers ' || coverage.month
            when series.value_status in ('withheld', 'not_supplied') then series.dq_reason
            when coalesce(family.denominator, family.numerator, 0) = 0 then 'nothing to measure in this month'
            else series.dq_reason
        end as month_reason
    from {{ ref('int_reference__metric_series') }} as series
    inner join {{ ref('int_reference__month_coverage') }} as coverage
        on
            series.metric_id = coverage.metric_id
            and series.service = coverage.service
            and series.area_id = coverage.area_id
    left join {{ family_model }} as family
        on
            series.metric_id = family.metric_id
            and series.area_id = family.area_id
            and coverage.month = family.month
            and series.time_window = family.time_window
            and series.service = family.service
            and series.tier = family.tier
    where series.grain = 'monthly' and series.family = '{{ family }}'
)

select
    joined.metric_id,
    joined.metric_version,
    joined.metric_name,
    joined.topic,
    joined.area_id,
    joined.area_code,
    joined.area_name,
    joined.geographic_level,
    joined.quarter,
    joined.month,
    joined.time_window,
    joined.service,
    joined.tier,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    cast(
        case when joined.month_status in ('final', 'provisional') then coalesce(joined.numerator, 0) end
        as double precision
    ) as numerator,
    cast(
        case
            when joined.month_status in ('final', 'provisional') and joined.unit <> 'count'
                then coalesce(joined.denominator, 0)
        end
        as double precision
    ) as denominator,
    cast(
        case
            when joined.month_status in ('final', 'provisional')
                then coalesce(joined.value, case when joined.unit = 'count' then 0 end)
        end as double precision
    ) as value,
    joined.unit,
    joined.polarity,
    joined.month_status as value_status,
    'none' as suppression,
    joined.month_reason as dq_reason,
    joined.source_feeds
from joined
{% endmacro %}
