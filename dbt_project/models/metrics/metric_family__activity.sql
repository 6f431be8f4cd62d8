with parameter as (
    select
        quarter,
        quarter_start,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

{{ event_units(ref('int_pathway__event'), 'activity', 'quarterly') }},

-- Whom a specialist service took on or saw in the twelve months that end with the quarter.
specialist as (
    select distinct event.person_key
    from {{ ref('int_pathway__event') }} as event
    inner join parameter
        on
            event.event_date >= {{ add_months('parameter.quarter_start', -9) }}
            and event.event_date <= parameter.quarter_end
    where event.tier = 'specialist' and event.event_type in ('referral_accepted', 'contact_attended')
),

helped_unit as (
    select distinct
        series.metric_id,
        member.area_id,
        parameter.quarter as period,
        series.time_window,
        series.service,
        series.tier,
        event.person_key,
        1 as part,
        1 as whole,
        cast(null as integer) as amount
    from {{ ref('int_pathway__event') }} as event
    inner join parameter
        on event.event_date >= parameter.quarter_start and event.event_date <= parameter.quarter_end
    inner join {{ ref('int_reference__area_member') }} as member on event.area_id = member.member_area_id
    inner join {{ ref('metric_series') }} as series
        on event.service = series.service and series.grain = 'quarterly'
    inner join {{ ref('metric_definition') }} as definition
        on series.metric_id = definition.metric_id and definition.measure = 'children helped below the threshold'
    left join specialist on event.person_key = specialist.person_key
    left join {{ ref('dim_person') }} as person on event.person_key = person.person_key
    where
        event.event_type = 'contact_attended'
        and event.tier in ('universal', 'targeted')
        and specialist.person_key is null
        and not coalesce(person.is_aged_out, false)
),

-- Of children whose plan or school names a sensory need, who was seen by a sensory service in twelve months.
sensory_contact as (
    select distinct event.person_key
    from {{ ref('int_pathway__event') }} as event
    inner join parameter
        on
            event.event_date >= {{ add_months('parameter.quarter_start', -9) }}
            and event.event_date <= parameter.quarter_end
    where event.pathway = 'sensory' and event.event_type in ('contact_attended', 'support_used')
),

need_unit as (
    select
        series.metric_id,
        member.area_id,
        parameter.quarter as period,
        series.time_window,
        series.service,
        series.tier,
        cohort.person_key,
        case when sensory_contact.person_key is not null then 1 else 0 end as part,
        1 as whole,
        cast(null as integer) as amount
    from {{ ref('int_cohort__child') }} as cohort
    cross join parameter
    inner join {{ ref('int_reference__area_member') }} as member on cohort.area_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition on definition.measure = 'share of needs met'
    inner join {{ ref('metric_series') }} as series
        on definition.metric_id = series.metric_id and series.grain = 'quarterly'
    left join sensory_contact on cohort.person_key = sensory_contact.person_key
    where cohort.primary_need in ('HI', 'VI', 'MSI') or cohort.secondary_need in ('HI', 'VI', 'MSI')
),

{{ resident_units('activity') }},

unit as (
    select * from event_unit
    union all
    select * from helped_unit
    union all
    select * from need_unit
    union all
    select * from resident_unit
),

figure as (
    with
    {{ figures_of('unit', 'quarter') | indent(4) }}
),

district as (
    select
        member.area_id,
        resident.district,
        resident.people
    from ({{ residents() }}) as resident
    inner join {{ ref('int_reference__area_member') }} as member on resident.area_id = member.member_area_id
    where resident.district <> 'Total'
),

districts_of_area as (
    select
        area_id,
        count(*) as district_count
    from district
    group by area_id
    having count(*) > 1
),

-- The best served district of an area to the worst; where one has fewer than ten children seen, a child would move it.
gap as (
    select
        definition.metric_id,
        seen.area_id,
        seen.quarter,
        seen.time_window,
        seen.service,
        seen.tier,
        'Total' as breakdown_topic,
        'Total' as breakdown,
        cast(null as double precision) as numerator,
        cast(sum(seen.value) as double precision) as denominator,
        case
            when min(seen.value) >= max(threshold.value) and count(*) = max(whole.district_count)
                then max(seen.value / district.people) / min(seen.value / district.people)
        end as value
    from figure as seen
    inner join {{ ref('metric_definition') }} as definition
        on definition.measure = 'highest to lowest rate of districts'
    inner join {{ ref('metric_series') }} as series
        on
            definition.metric_id = series.metric_id
            and seen.time_window = series.time_window
            and seen.service = series.service
    inner join district on seen.area_id = district.area_id and seen.breakdown = district.district
    inner join districts_of_area as whole on seen.area_id = whole.area_id
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'min_percentile_count'
    where seen.metric_id = 'cyp_accessing_count' and seen.breakdown_topic = 'district'
    group by
        definition.metric_id, seen.area_id, seen.quarter, seen.time_window, seen.service, seen.tier
)

select * from figure
union all
select * from gap
