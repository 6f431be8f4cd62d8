-- Every benchmark figure once: from the publisher's own file where it was supplied, else from the committed seed.
with supplied as (
    select
        area_code,
        area_name as sent_area_name,
        geographic_level as sent_geographic_level,
        period,
        measure,
        'Total' as service,
        'Total' as band,
        numerator,
        denominator,
        published_value,
        submission_id,
        cast(null as varchar) as seed_source
    from {{ ref('int_benchmark__ehc_plans') }}
    union all
    select
        area_code,
        cast(null as varchar) as sent_area_name,
        cast(null as varchar) as sent_geographic_level,
        period,
        measure,
        service,
        band,
        numerator,
        denominator,
        cast(null as double) as published_value,
        submission_id,
        seed_source
    from {{ ref('int_benchmark__waiting_measure') }}
),

committed as (
    select
        area_code,
        cast(null as varchar) as sent_area_name,
        cast(null as varchar) as sent_geographic_level,
        period,
        measure,
        service,
        band,
        numerator,
        denominator,
        published_value,
        cast(null as varchar) as submission_id,
        source as seed_source
    from {{ ref('published_figure') }}
    where measure <> 'chs_waiting_count' -- int_benchmark__waiting has taken those
),

combined as (
    select * from supplied
    union all
    select committed.*
    from committed
    anti join supplied
        on
            committed.area_code = supplied.area_code
            and committed.period = supplied.period
            and committed.measure = supplied.measure
            and committed.service = supplied.service
            and committed.band = supplied.band
),

scaled as (
    select
        combined.*,
        measure.metric_id,
        measure.unit,
        measure.decimal_places,
        measure.denominator_omits_unknown,
        measure.source as measure_source,
        cast(pow(10, measure.decimal_places) as bigint) as scale,
        cast(round(combined.published_value * pow(10, measure.decimal_places)) as bigint) as published_scaled
    from combined
    inner join {{ ref('benchmark_measure') }} as measure
        on combined.measure = measure.measure
),

-- Where DfE divides by records of unknown duration too and does not count them, the published share tells how many
-- there must be at least: the smallest denominator that gives it. Such a denominator is marked as implied.
divided as (
    select
        *,
        case
            when
                denominator_omits_unknown
                and (2 * 100 * scale * numerator + denominator) // (2 * denominator) > published_scaled
                then (2 * 100 * scale * numerator) // (2 * published_scaled + 1) + 1
        end as implied_denominator
    from scaled
)

select
    area_code,
    sent_area_name,
    sent_geographic_level,
    period,
    measure,
    service,
    band,
    metric_id,
    unit,
    decimal_places,
    numerator,
    coalesce(implied_denominator, denominator) as denominator,
    case
        when unit = 'count' then 'none'
        when implied_denominator is not null then 'implied'
        else 'counted'
    end as denominator_basis,
    -- Whole numbers until the last step: a half is then exactly a half, and goes away from nought.
    case
        when unit = 'count' then cast(numerator as double)
        when denominator > 0
            then
                cast(
                    (2 * 100 * scale * numerator + coalesce(implied_denominator, denominator))
                    // (2 * coalesce(implied_denominator, denominator)) as double
                ) / scale
    end as value,
    published_value,
    coalesce(seed_source, measure_source) as source,
    submission_id
from divided
where
    (numerator is not null and (unit = 'count' or denominator > 0))
    or published_value is not null
