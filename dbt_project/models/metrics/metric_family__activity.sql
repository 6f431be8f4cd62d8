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
    from {{ ref('mart_send_cohort') }} as cohort
    cross join parameter
    inner join {{ ref('int_reference__area_member') }} as member on cohort.area_id = member.member_area_id
    inner join {{ ref('metric_definition') }} as definition on definition.measure = 'share of needs met'
    inner join {{ ref('metric_series') }} as series
        on definition.metric_id = series.metric_id and series.grain = 'quarterly'
    left join sensory_contact on cohort.person_key = sensory_contact.person_key
    where cohort.primary_need in ('HI', 'VI', 'MSI') or cohort.secondary_need in ('HI', 'VI', 'MSI')
),

unit as (
    select * from event_unit
    union all
    select * from helped_unit
    union all
    select * from need_unit
),

{{ figures_of('unit', 'quarter') }}
