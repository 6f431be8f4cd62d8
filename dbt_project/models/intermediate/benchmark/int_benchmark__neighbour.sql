-- What the statistical neighbours of an area come to together: the ratio of their sums, never the mean of their ratios.
with summed as (
    select
        neighbour.area_code,
        figure.period,
        figure.measure,
        figure.metric_id,
        figure.unit,
        figure.decimal_places,
        cast(sum(figure.numerator) as bigint) as numerator,
        cast(case when figure.unit = 'count' then count(*) else sum(figure.denominator) end as bigint) as denominator,
        cast(count(*) as integer) as neighbour_count
    from {{ ref('statistical_neighbour') }} as neighbour
    inner join {{ ref('int_benchmark__figure') }} as figure
        on neighbour.neighbour_code = figure.area_code
    where
        figure.service = 'Total'
        and figure.numerator is not null
        and (figure.unit = 'count' or figure.denominator > 0)
    group by
        neighbour.area_code, figure.period, figure.measure, figure.metric_id, figure.unit, figure.decimal_places
)

select
    area_code,
    period,
    measure,
    metric_id,
    unit,
    numerator,
    denominator,
    -- A count has the number of neighbours as its denominator: its value is their mean.
    cast(
        (
            2 * case when unit = 'count' then 1 else 100 end * cast(pow(10, decimal_places) as bigint) * numerator
            + denominator
        )
        // (2 * denominator) as double
    )
    / pow(10, decimal_places) as value,
    neighbour_count
from summed
