with parameter as (
    select
        quarter,
        cast(right(quarter, 1) as integer) as quarter_number,
        {{ add_days('quarter_start', -1) }} as term_quarter_end,
        quarter_end
    from {{ ref('stg_submission__run_parameter') }}
),

supply as (
    select
        area_id,
        supply_status,
        reason
    from {{ ref('int_education__supply') }}
    where feed = 'school_census'
),

-- Pupils who left are of no child; their suspensions and exclusions count in the term all the same, and nothing else.
told as (
    select
        pupil.area_id,
        coalesce(provision.sen_provision, 'not_known') as sen_provision,
        coalesce(provision.has_sen, false) as has_sen,
        coalesce(pupil.primary_need, 'Not known') as primary_need,
        1 as pupils,
        case when pupil.is_absence_known then 1 else 0 end as attending_pupils,
        case when pupil.is_absence_known then pupil.sessions_possible end as sessions_possible,
        case when pupil.is_absence_known then pupil.sessions_absent end as sessions_absent,
        case when pupil.is_persistently_absent then 1 else 0 end as persistent_pupils,
        case when pupil.is_severely_absent then 1 else 0 end as severe_pupils,
        pupil.suspension_count,
        case when pupil.suspension_count > 0 then 1 else 0 end as suspended_pupils,
        pupil.permanent_exclusion_count,
        case when pupil.permanent_exclusion_count > 0 then 1 else 0 end as excluded_pupils
    from {{ ref('int_education__pupil') }} as pupil
    inner join parameter on pupil.census_period_end = parameter.quarter_end
    left join {{ ref('sen_provision') }} as provision on pupil.sen_provision = provision.provision_code
    where pupil.is_counted
    union all
    select
        leaver.partner_id as area_id,
        coalesce(provision.sen_provision, 'not_known') as sen_provision,
        coalesce(provision.has_sen, false) as has_sen,
        'Not known' as primary_need,
        0 as pupils,
        0 as attending_pupils,
        cast(null as double) as sessions_possible,
        cast(null as double) as sessions_absent,
        0 as persistent_pupils,
        0 as severe_pupils,
        {{ count_if("leaver.category in ('SUSP', 'FIXD', 'LNCH')") }} as suspension_count,
        max(case when leaver.category in ('SUSP', 'FIXD', 'LNCH') then 1 else 0 end) as suspended_pupils,
        {{ count_if("leaver.category = 'PERM'") }} as permanent_exclusion_count,
        max(case when leaver.category = 'PERM' then 1 else 0 end) as excluded_pupils
    from {{ ref('stg_school_census__leaver_exclusion') }} as leaver
    inner join parameter on leaver.period_end = parameter.quarter_end
    left join {{ ref('sen_provision') }} as provision on leaver.sen_provision = provision.provision_code
    group by leaver.partner_id, leaver.leaver_id, provision.sen_provision, provision.has_sen
),

-- All pupils; by provision; of pupils with SEN by need.
grouped as (
    {%- for level in [[], ['sen_provision'], ['sen_provision', 'primary_need']] %}
    select
        member.area_id,
        {%- for column in ['sen_provision', 'primary_need'] %}
        {{ 'told.' ~ column if column in level else "'Total'" }} as {{ column }},
        {%- endfor %}
        sum(told.pupils) as pupils,
        sum(told.attending_pupils) as attending_pupils,
        sum(told.sessions_possible) as sessions_possible,
        sum(told.sessions_absent) as sessions_absent,
        sum(told.persistent_pupils) as persistent_pupils,
        sum(told.severe_pupils) as severe_pupils,
        sum(told.suspension_count) as suspensions,
        sum(told.suspended_pupils) as suspended_pupils,
        sum(told.permanent_exclusion_count) as exclusions,
        sum(told.excluded_pupils) as excluded_pupils
    from told
    inner join {{ ref('int_reference__area_member') }} as member on told.area_id = member.member_area_id
    inner join supply on member.area_id = supply.area_id and supply.supply_status = 'supplied'
    {%- if 'primary_need' in level %}
    where told.has_sen
    {%- endif %}
    group by member.area_id{% for column in level %}, told.{{ column }}{% endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

measured as (
    select
        grouped.area_id,
        grouped.sen_provision,
        grouped.primary_need,
        measure.measure,
        measure.counts_pupils,
        case measure.measure
            when 'absence_rate' then coalesce(grouped.sessions_absent, 0)
            when 'persistent_absence_pct' then grouped.persistent_pupils
            when 'severe_absence_pct' then grouped.severe_pupils
            when 'suspension_rate' then grouped.suspensions
            when 'permanent_exclusion_rate' then grouped.exclusions
        end as numerator,
        case measure.measure
            when 'absence_rate' then coalesce(grouped.sessions_possible, 0)
            when 'persistent_absence_pct' then grouped.attending_pupils
            when 'severe_absence_pct' then grouped.attending_pupils
            when 'suspension_rate' then grouped.pupils
            when 'permanent_exclusion_rate' then grouped.pupils
        end as denominator,
        case measure.measure
            when 'absence_rate' then grouped.attending_pupils
            when 'persistent_absence_pct' then grouped.persistent_pupils
            when 'severe_absence_pct' then grouped.severe_pupils
            when 'suspension_rate' then grouped.suspended_pupils
            when 'permanent_exclusion_rate' then grouped.excluded_pupils
        end as numerator_pupils,
        case measure.measure
            when 'suspension_rate' then grouped.pupils
            when 'permanent_exclusion_rate' then grouped.pupils
            else grouped.attending_pupils
        end as denominator_pupils
    from grouped
    cross join {{ ref('education_measure') }} as measure
)

select
    parameter.quarter,
    term.census,
    term.term_told,
    parameter.term_quarter_end,
    area.area_id,
    area.area_code,
    area.area_name,
    area.geographic_level,
    coalesce(measured.sen_provision, 'Total') as sen_provision,
    coalesce(measured.primary_need, 'Total') as primary_need,
    measure.measure,
    measure.measure_name,
    measure.numerator_name,
    measure.denominator_name,
    cast(measured.numerator as bigint) as numerator,
    cast(measured.denominator as bigint) as denominator,
    cast(measure.per * {{ safe_divide('measured.numerator', 'measured.denominator') }} as double) as value,
    -- Of whom a reader could learn something: those counted, those not counted, all; and everyone, where all or none of
    -- a few with one need are meant (rules 7.4).
    cast(
        case
            when
                measure.counts_pupils
                and measured.primary_need <> 'Total'
                and measured.denominator < threshold.value
                and (measured.numerator = 0 or measured.numerator = measured.denominator)
                and measured.denominator > 0
                then 1
            else
                coalesce(
                    least(
                        nullif(measured.numerator_pupils, 0),
                        nullif(measured.denominator_pupils, 0),
                        case
                            when measure.counts_pupils then nullif(measured.denominator - measured.numerator, 0)
                        end
                    ),
                    0
                )
        end as bigint
    ) as least_pupil_count,
    supply.supply_status,
    supply.reason,
    'none' as suppression
from supply
cross join parameter
cross join {{ ref('education_measure') }} as measure
inner join {{ ref('area') }} as area on supply.area_id = area.area_id
inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'least_all_or_none'
left join {{ ref('census_term') }} as term on parameter.quarter_number = term.quarter_number
left join measured on supply.area_id = measured.area_id and measure.measure = measured.measure
