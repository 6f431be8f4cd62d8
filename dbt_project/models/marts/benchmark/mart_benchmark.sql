-- The published figures that ours are set beside: England, every authority, and the regions and health
-- providers of the four areas.
with place as (
    select
        area_code,
        area_name,
        geographic_level,
        cast(null as varchar) as provider_code
    from {{ ref('local_authority') }}
    union all
    select distinct
        region_code as area_code,
        region_name as area_name,
        'Regional' as geographic_level,
        cast(null as varchar) as provider_code
    from {{ ref('area') }}
    where region_code is not null
    union all
    select
        org_code as area_code,
        org_name as area_name,
        org_type as geographic_level,
        case when org_type = 'Provider' then org_code end as provider_code
    from {{ ref('provider_name') }}
    where is_current_name
)

select
    figure.area_code,
    -- An authority newer than our seed is shown under the name that the publisher gives it.
    coalesce(place.area_name, figure.sent_area_name) as area_name,
    coalesce(place.geographic_level, figure.sent_geographic_level) as geographic_level,
    figure.period,
    case
        when length(figure.period) = 4 then make_date(cast(figure.period as integer), 1, 1)
        else cast(figure.period || '-01' as date)
    end as period_start,
    case
        when length(figure.period) = 4 then make_date(cast(figure.period as integer), 12, 31)
        else last_day(cast(figure.period || '-01' as date))
    end as period_end,
    figure.measure,
    figure.metric_id,
    figure.unit,
    'Total' as breakdown_topic,
    'Total' as breakdown,
    place.provider_code,
    figure.service,
    figure.band,
    figure.numerator,
    figure.denominator,
    figure.denominator_basis,
    figure.value,
    figure.published_value,
    figure.source,
    figure.submission_id
from {{ ref('int_benchmark__figure') }} as figure
left join place
    on figure.area_code = place.area_code
