{%- set shape = ['metric_id', 'area_id', 'quarter', 'time_window', 'service', 'tier', 'breakdown_topic', 'breakdown'] %}
with parameter as (
    select
        quarter,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

-- Attendance and exclusion as mart_education_outcome has them. The children behind a rate of sessions or suspensions
-- stand in its numerator or denominator, so that small numbers are seen: ten suspensions may be one pupil's.
outcome as (
    select
        definition.metric_id,
        told.area_id,
        told.quarter,
        'quarter' as time_window,
        'Total' as service,
        'Total' as tier,
        case
            when told.primary_need <> 'Total' then 'primary_need'
            when told.sen_provision <> 'Total' then 'sen_provision'
            else 'Total'
        end as breakdown_topic,
        case told.sen_provision
            when 'ehcp' then 'Education, health and care plan'
            when 'sen_support' then 'SEN support / SEN without an EHC plan'
            when 'none' then 'No SEN provision'
            when 'not_known' then 'Not known'
            else told.sen_provision
        end as breakdown,
        case
            when told.measure = 'absence_rate' then null
            when told.measure = 'persistent_absence_pct' then told.numerator
            when told.numerator > 0 then told.least_pupil_count
            else told.numerator
        end as numerator,
        case when told.measure = 'absence_rate' then told.least_pupil_count else told.denominator end as denominator,
        told.value
    from {{ ref('mart_education_outcome') }} as told
    inner join {{ ref('metric_definition') }} as definition
        on
            definition.measure = 'attendance or exclusion'
            and definition.metric_id
            = case told.measure when 'permanent_exclusion_rate' then 'perm_exclusion_rate' else told.measure end
    where told.value is not null and told.primary_need = 'Total'
),

pupil as (
    select
        pupil.area_id,
        pupil.person_key,
        coalesce(provision.has_sen, false) as has_sen,
        coalesce(provision.sen_provision = 'sen_support', false) as is_sen_support,
        coalesce(provision.sen_provision = 'ehcp', false) as has_plan,
        coalesce(provision.has_sen and pupil.primary_need = 'ASD', false) as has_autism
    from {{ ref('int_education__pupil') }} as pupil
    inner join parameter on pupil.census_period_end = parameter.quarter_end
    left join {{ ref('sen_provision') }} as provision on pupil.sen_provision = provision.provision_code
    where pupil.is_counted
),

unit as (
    select
        definition.metric_id,
        member.area_id,
        parameter.quarter as period,
        'snapshot' as time_window,
        'Total' as service,
        'Total' as tier,
        pupil.person_key,
        case
            when
                case measure.part
                    when 'sen_support' then pupil.is_sen_support
                    when 'ehcp' then pupil.has_plan
                    when 'autism' then pupil.has_autism
                    else pupil.has_sen
                end
                then 1
            else 0
        end as part,
        1 as whole,
        cast(null as integer) as amount
    from pupil
    cross join parameter
    inner join {{ ref('int_reference__area_member') }} as member on pupil.area_id = member.member_area_id
    cross join {{ ref('metric_definition') }} as definition
    inner join {{ ref('metric_measure') }} as measure
        on definition.measure = measure.measure and measure.picks = 'pupil'
),

figure as (
    with
    {{ figures_of('unit', 'quarter') | indent(4) }}
),

-- How far apart the districts of an area are; a district of few pupils says nothing.
spread as (
    select
        definition.metric_id,
        figure.area_id,
        figure.quarter,
        figure.time_window,
        figure.service,
        figure.tier,
        'Total' as breakdown_topic,
        'Total' as breakdown,
        cast(null as double precision) as numerator,
        sum(figure.denominator) as denominator,
        max(figure.value) - min(figure.value) as value
    from figure
    inner join {{ ref('metric_definition') }} as definition on definition.measure = 'spread over districts'
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'least_all_or_none'
    where
        figure.metric_id = 'sen_support_pct'
        and figure.breakdown_topic = 'district'
        and figure.breakdown <> 'Not known'
        and figure.denominator >= threshold.value
    group by
        definition.metric_id, figure.area_id, figure.quarter, figure.time_window, figure.service, figure.tier
    having count(*) > 1
)

{%- for relation in ['outcome', 'figure', 'spread'] %}
select
    {{ shape | join(',\n    ') }},
    cast(numerator as double precision) as numerator,
    cast(denominator as double precision) as denominator,
    cast(value as double precision) as value
from {{ relation }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
