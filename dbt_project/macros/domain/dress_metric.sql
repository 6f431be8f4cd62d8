{#
    The rows of a metric family with everything that is known of them beside the figures: definition, the status of what was
    supplied, and the target in force. There is a row for every metric and area, whatever arrived: a true zero is 0, and a
    figure that cannot be given is null with the reason. What surrounds a figure (rating, chart, grade, benchmark) is joined later, in metric_quarterly:
    the empty columns here keep the shape.
#}
{% macro dress_metric(family_model, family) %}
with target as (
    select
        target.*,
        row_number() over (
            partition by target.metric_id, target.area_id, target.time_window order by target.effective_from desc
        ) as newest_rank
    from {{ ref('metric_target') }} as target
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where target.effective_from <= parameter.quarter_end
),

joined as (
    select
        series.*,
        series.value_status in ('final', 'provisional') as is_supplied,
        coalesce(family.breakdown_topic, 'Total') as breakdown_topic,
        coalesce(family.breakdown, 'Total') as breakdown,
        family.numerator,
        family.denominator,
        family.value
    from {{ ref('int_reference__metric_series') }} as series
    left join {{ family_model }} as family
        on
            series.metric_id = family.metric_id
            and series.area_id = family.area_id
            and series.quarter = family.quarter
            and series.time_window = family.time_window
            and series.service = family.service
            and series.tier = family.tier
            -- Without a figure there are no parts of it.
            and (family.breakdown_topic = 'Total' or series.value_status in ('final', 'provisional'))
    where series.grain = 'quarterly' and series.family = '{{ family }}'
),

zeroed as (
    select
        joined.*,
        case
            when joined.is_supplied and (joined.unit in ('count', 'pct')) then coalesce(joined.numerator, 0)
            when joined.is_supplied then joined.numerator
        end as shown_numerator,
        case
            when joined.is_supplied and joined.unit <> 'count' and joined.value is null then coalesce(joined.denominator, 0)
            when joined.is_supplied then joined.denominator
        end as shown_denominator,
        case
            when joined.is_supplied and joined.unit = 'count' then coalesce(joined.value, 0)
            when joined.is_supplied then joined.value
        end as shown_value
    from joined
)

select
    zeroed.metric_id,
    zeroed.metric_version,
    zeroed.metric_name,
    zeroed.topic,
    zeroed.area_id,
    zeroed.area_code,
    zeroed.area_name,
    zeroed.geographic_level,
    zeroed.quarter,
    zeroed.time_window,
    zeroed.service,
    zeroed.tier,
    zeroed.breakdown_topic,
    zeroed.breakdown,
    cast(zeroed.shown_numerator as double precision) as numerator,
    cast(zeroed.shown_denominator as double precision) as denominator,
    cast(zeroed.shown_value as double precision) as value,
    zeroed.unit,
    zeroed.polarity,
    cast(null as double precision) as value_lower,
    cast(null as double precision) as value_upper,
    zeroed.value_status,
    'none' as suppression,
    coalesce(target.target_type, 'none') as target_type,
    cast(target.target_value as double precision) as target_value,
    cast(target.target_due_date as date) as target_due_date,
    'not_rated' as brag,
    cast(null as varchar) as direction,
    cast(null as varchar) as spc_variation,
    cast(null as varchar) as spc_assurance,
    cast(null as varchar) as dq_grade,
    case
        when not zeroed.is_supplied then zeroed.dq_reason
        when zeroed.shown_value is null and zeroed.shown_denominator = 0 then 'nothing to measure in this window'
        when zeroed.shown_value is null then 'fewer than 10 behind it: no percentile is given'
        else zeroed.dq_reason
    end as dq_reason,
    zeroed.source_feeds
from zeroed
left join target
    on
        zeroed.metric_id = target.metric_id
        and zeroed.area_id = target.area_id
        and zeroed.time_window = target.time_window
        and zeroed.breakdown_topic = 'Total'
        and target.newest_rank = 1
        -- A document sets its number for the whole, not for each part.
        and zeroed.breakdown_topic = 'Total'
{% endmacro %}
