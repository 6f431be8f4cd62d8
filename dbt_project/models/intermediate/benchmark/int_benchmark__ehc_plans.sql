-- The mapped measures of the DfE release as counts: England, every authority and the regions of our areas, each cell
-- from the newest submission.
with wanted as (
    select
        measure.measure,
        measure.file,
        measure.total_topic,
        component.term_role,
        component.published_measure,
        component.terms
    from {{ ref('benchmark_measure') }} as measure
    inner join {{ ref('int_benchmark__component') }} as component
        on measure.measure = component.measure
    where measure.feed = 'dfe_ehc_plans'
),

region as (
    select distinct
        region_code,
        region_name
    from {{ ref('area') }}
    where region_code is not null
),

newest as (
    select
        figure.published_file,
        figure.period,
        coalesce(area.current_area_code, figure.published_area_code) as area_code,
        coalesce(figure.la_name, region.region_name, 'England') as area_name,
        figure.geographic_level,
        figure.breakdown_topic,
        figure.published_measure,
        figure.published_number,
        figure.submission_id
    from {{ ref('stg_dfe_ehc_plans__figure') }} as figure
    left join {{ ref('local_authority') }} as area
        on figure.published_area_code = area.area_code
    left join region
        on figure.published_area_code = region.region_code
    where figure.geographic_level in ('National', 'Local authority') or region.region_code is not null
    qualify
        row_number() over (
            partition by
                figure.published_file,
                figure.period,
                coalesce(area.current_area_code, figure.published_area_code),
                figure.breakdown_topic,
                figure.published_measure
            order by figure.submission_period_end desc, figure.received_at desc, figure.submission_id asc
        ) = 1
),

figure_by_role as (
    select
        wanted.measure,
        newest.area_code,
        max(newest.area_name) as area_name,
        max(newest.geographic_level) as geographic_level,
        newest.period,
        wanted.term_role,
        -- A sum with a term missing is not a smaller sum: it is unknown.
        case when count(newest.published_number) = any_value(wanted.terms) then sum(newest.published_number) end
            as amount,
        max(newest.submission_id) as submission_id
    from newest
    inner join wanted
        on
            newest.published_file = wanted.file
            and newest.breakdown_topic = wanted.total_topic
            and newest.published_measure = wanted.published_measure
    group by wanted.measure, newest.area_code, newest.period, wanted.term_role
)

select
    area_code,
    max(area_name) as area_name,
    max(geographic_level) as geographic_level,
    period,
    measure,
    cast(max(amount) filter (where term_role = 'numerator') as bigint) as numerator,
    cast(max(amount) filter (where term_role = 'denominator') as bigint) as denominator,
    max(amount) filter (where term_role = 'published') as published_value,
    max(submission_id) as submission_id
from figure_by_role
group by area_code, period, measure
