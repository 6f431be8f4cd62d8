-- The SitRep bands as benchmark measures: each band as it stands, and the sums over 18 weeks.
with by_role as (
    select
        measure.measure,
        waiting.org_code,
        waiting.period,
        waiting.service,
        component.term_role,
        -- A sum with a band missing is not a smaller sum: it is unknown.
        case when count(waiting.waiting_count) = any_value(component.terms) then sum(waiting.waiting_count) end
            as amount,
        max(waiting.submission_id) as submission_id,
        max(waiting.seed_source) as seed_source
    from {{ ref('benchmark_measure') }} as measure
    inner join {{ ref('int_benchmark__component') }} as component
        on measure.measure = component.measure
    inner join {{ ref('int_benchmark__waiting') }} as waiting
        on
            component.published_measure = waiting.band
            and (measure.service is null or measure.service = waiting.service)
    where measure.feed = 'chs_sitrep'
    group by measure.measure, waiting.org_code, waiting.period, waiting.service, component.term_role
)

select
    org_code as area_code,
    period,
    'chs_waiting_count' as measure,
    service,
    band,
    cast(waiting_count as bigint) as numerator,
    cast(null as bigint) as denominator,
    submission_id,
    seed_source
from {{ ref('int_benchmark__waiting') }}
where waiting_count is not null
union all
select
    org_code as area_code,
    period,
    measure,
    service,
    'Total' as band,
    cast(max(amount) filter (where term_role = 'numerator') as bigint) as numerator,
    cast(max(amount) filter (where term_role = 'denominator') as bigint) as denominator,
    max(submission_id) as submission_id,
    max(seed_source) as seed_source
from by_role
group by org_code, period, measure, service
