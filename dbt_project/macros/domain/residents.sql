{#
    Residents under 26 by area and district at the newest mid-year that was past by the quarter's end: what rates by residence divide by. Rows of
    Total are whole areas and roll-ups; those of a district are of its area.
#}
{% macro residents() %}
select
    population.area_id,
    population.district,
    sum(population.people) as people
from {{ ref('int_returns__population') }} as population
inner join (
    select
        estimate.area_id,
        max(estimate.year) as year
    from {{ ref('int_returns__population') }} as estimate
    cross join {{ ref('stg_submission__run_parameter') }} as parameter
    where estimate.year <= extract(year from {{ add_months('parameter.quarter_end', -6) }})
    group by estimate.area_id
) as newest on population.area_id = newest.area_id and population.year = newest.year
where population.age < 26
group by population.area_id, population.district
{%- endmacro %}

{# The residents that a family's rates divide by, as units with nothing above the line. #}
{% macro resident_units(family) %}
resident_unit as (
    select
        definition.metric_id,
        resident.area_id,
        reporting_window.period,
        series.time_window,
        series.service,
        series.tier,
        cast(null as varchar) as person_key,
        0 as part,
        resident.people as whole,
        cast(null as integer) as amount
    from ({{ residents() }}) as resident
    cross join {{ ref('metric_definition') }} as definition
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.per = 'residents' and measure.picks <> 'figure'
    inner join {{ ref('metric_series') }} as series
        on definition.metric_id = series.metric_id and series.grain = 'quarterly'
    inner join {{ ref('int_reference__window') }} as reporting_window
        on series.grain = reporting_window.grain and series.time_window = reporting_window.time_window
    where resident.district = 'Total' and definition.family = '{{ family }}'
)
{%- endmacro %}
