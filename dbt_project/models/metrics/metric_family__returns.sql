with parameter as (
    select quarter from {{ ref('stg_submission__run_parameter') }}
),

-- Quarters are numbered, four to a year, to count back from the present one.
numbered as (
    select
        figure.*,
        definition.measure = 'change over twelve months' as is_change,
        {{ quarter_number('parameter.quarter') }} - {{ quarter_number('figure.quarter') }} as quarters_back
    from {{ ref('mart_return_figure') }} as figure
    inner join {{ ref('metric_definition') }} as definition on figure.metric_id = definition.metric_id
    cross join parameter
),

-- A year of which a quarter is missing is no year.
change as (
    select
        metric_id,
        area_id,
        service,
        sum(case when quarters_back < 4 then numerator else -numerator end) as numerator,
        sum(case when quarters_back >= 4 then numerator end) as denominator
    from numbered
    where is_change and breakdown = 'Total' and quarters_back between 0 and 7
    group by metric_id, area_id, service
    having count(*) = 8
),

-- A share whose whole is not known is no figure.
figure as (
    select
        metric_id,
        area_id,
        service,
        breakdown_topic,
        breakdown,
        numerator,
        denominator,
        value
    from numbered
    where not coalesce(is_change, false) and quarters_back = 0 and (unit <> 'pct' or denominator is not null)
    union all
    select
        metric_id,
        area_id,
        service,
        'Total' as breakdown_topic,
        'Total' as breakdown,
        numerator,
        denominator,
        {{ pct('numerator', 'denominator') }} as value
    from change
)

select
    figure.metric_id,
    figure.area_id,
    parameter.quarter,
    series.time_window,
    figure.service,
    series.tier,
    figure.breakdown_topic,
    figure.breakdown,
    figure.numerator,
    figure.denominator,
    figure.value
from figure
inner join {{ ref('metric_series') }} as series
    on
        figure.metric_id = series.metric_id
        and figure.service = series.service
        and series.grain = 'quarterly'
cross join parameter
