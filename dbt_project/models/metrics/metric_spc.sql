{%- set series = ['metric_id', 'area_id', 'time_window', 'service', 'tier', 'breakdown_topic', 'breakdown'] %}
{%- set segment = series + ['segment'] %}
{%- set stretch = segment + ['stretch'] -%}
-- XmR charts in the way of Making Data Count (domain/rules.md 7.5). A month without a figure is no point; it parts the
-- months beside it into two stretches, and neither a moving range nor a run reaches over it.
with parameter as (
    select
        {%- for name in [
            'limit_factor', 'range_factor', 'screen_outliers', 'shift_points', 'trend_points', 'least_points'
        ] %}
        max(case when parameter_id = 'spc_{{ name }}' then value end) as {{ name }},
        {%- endfor %}
        max(case when parameter_id = 'spc_robust_points' then value end) as robust_points
    from {{ ref('method_parameter') }}
),

rebase as (
    select
        metric_id,
        area_id,
        substring(cast(rebase_date as varchar), 1, 7) as first_month
    from {{ ref('metric_rebase') }}
),

monthly as (
    select
        {{ keys_of('figure', series) }},
        figure.quarter,
        figure.month,
        figure.value,
        figure.unit,
        figure.polarity,
        count(rebase.first_month) as segment
    from {{ ref('metric_monthly') }} as figure
    left join rebase
        on
            figure.metric_id = rebase.metric_id
            and figure.area_id = rebase.area_id
            and figure.month >= rebase.first_month
    group by
        {{ keys_of('figure', series) }},
        figure.quarter,
        figure.month,
        figure.value,
        figure.unit,
        figure.polarity
),

point as (
    select
        {{ keys_of('monthly', segment) }},
        monthly.month,
        -- Decimals: their sum is the same in any order.
        cast(monthly.value as decimal(28, 10)) as amount,
        12 * cast(substring(monthly.month, 1, 4) as integer)
        + cast(substring(monthly.month, 6, 2) as integer)
        - row_number() over (partition by {{ keys_of('monthly', segment) }} order by monthly.month) as stretch
    from monthly
    where monthly.value is not null
),

ranged as (
    select
        point.*,
        point.amount
        - lag(point.amount) over (partition by {{ keys_of('point', stretch) }} order by point.month) as step
    from point
),

centred as (
    select
        {{ keys_of('ranged', segment) }},
        count(*) as point_count,
        cast(sum(ranged.amount) as double precision) / count(*) as mean,
        cast(sum(abs(ranged.step)) as double precision) / nullif(count(ranged.step), 0) as mean_range
    from ranged
    group by {{ keys_of('ranged', segment) }}
),

screened as (
    select
        {{ keys_of('ranged', segment) }},
        cast(sum(abs(ranged.step)) as double precision) / nullif(count(ranged.step), 0) as mean_range
    from ranged
    inner join centred
        on {{ same_keys('ranged', 'centred', segment) }}
    cross join parameter
    where parameter.screen_outliers = 0 or abs(ranged.step) < parameter.range_factor * centred.mean_range
    group by {{ keys_of('ranged', segment) }}
),

limited as (
    select
        {{ keys_of('centred', segment) }},
        centred.point_count,
        centred.point_count < parameter.robust_points as is_trial,
        centred.mean,
        -- Where every range was screened, or none differs from nought, there is no variation.
        coalesce(screened.mean_range, 0) as mean_range,
        parameter.limit_factor * coalesce(screened.mean_range, 0) as limit_distance
    from centred
    left join screened
        on {{ same_keys('centred', 'screened', segment) }}
    cross join parameter
    where centred.point_count >= parameter.least_points and centred.mean_range is not null
),

-- Told to eight places: a point on the mean is on it, whatever the last digit of a quotient says.
placed as (
    select
        {{ keys_of('ranged', stretch) }},
        ranged.month,
        sign(ranged.step) as slope,
        sign(round(ranged.amount - limited.mean, 8)) as side,
        round(abs(ranged.amount - limited.mean) - limited.limit_distance, 8) > 0 as is_outside,
        round(abs(ranged.amount - limited.mean) - limited.limit_distance, 8) <= 0
        and round(abs(ranged.amount - limited.mean) - 2 * limited.limit_distance / 3, 8) > 0 as is_near_limit
    from ranged
    inner join limited
        on {{ same_keys('ranged', 'limited', segment) }}
),

neighboured as (
    select
        *,
        {%- for number in [1, 2] %}
        {%- for name, function in [('earlier', 'lag'), ('later', 'lead')] %}
        {{ function }}(side, {{ number }}) over (partition by {{ stretch | join(', ') }} order by month)
            as side_{{ name }}_{{ number }},
        {{ function }}(case when is_near_limit then 1 else 0 end, {{ number }}) over (
            partition by {{ stretch | join(', ') }} order by month
        ) as near_{{ name }}_{{ number }},
        {%- endfor %}
        {%- endfor %}
        case
            when slope = lag(slope) over (partition by {{ stretch | join(', ') }} order by month) then 0 else 1
        end as is_new_slope,
        case
            when side = lag(side) over (partition by {{ stretch | join(', ') }} order by month) then 0 else 1
        end as is_new_side
    from placed
),

numbered as (
    select
        *,
        sum(is_new_slope) over (
            partition by {{ stretch | join(', ') }} order by month
            rows between unbounded preceding and current row
        ) as slope_run,
        sum(is_new_side) over (
            partition by {{ stretch | join(', ') }} order by month
            rows between unbounded preceding and current row
        ) as side_run
    from neighboured
),

counted as (
    select
        numbered.*,
        case
            when
                numbered.slope <> 0
                and count(*) over (partition by {{ keys_of('numbered', stretch) }}, numbered.slope_run)
                >= parameter.trend_points - 1
                then numbered.slope
        end as trend,
        numbered.side <> 0
        and count(*) over (partition by {{ keys_of('numbered', stretch) }}, numbered.side_run) >= parameter.shift_points
            as is_shift,
        -- Any two of three on one side between a near limit and the limit, of which this is one.
        numbered.is_near_limit
        and (
            {%- for one, other in [('earlier_1', 'earlier_2'), ('earlier_1', 'later_1'), ('later_1', 'later_2')] %}
            {{ 'or ' if not loop.first }}coalesce(
                numbered.side = numbered.side_{{ one }}
                and numbered.side = numbered.side_{{ other }}
                and numbered.near_{{ one }} + numbered.near_{{ other }} > 0, false
            )
            {%- endfor %}
        ) as is_two_of_three
    from numbered
    cross join parameter
),

-- The point that a trend starts from belongs to it, though its own step does not.
caused as (
    select
        {{ series | join(', ') }},
        month,
        side,
        is_outside,
        is_two_of_three,
        is_shift,
        coalesce(trend, lead(trend) over (partition by {{ stretch | join(', ') }} order by month)) as trend
    from counted
),

flagged as (
    select
        {{ series | join(', ') }},
        month,
        case
            when is_outside then 'outside_limits'
            when trend is not null then 'trend'
            when is_two_of_three then 'two_of_three'
            when is_shift then 'shift'
        end as special_cause,
        -- A trend points where it leads, any other cause where the point lies.
        case when not is_outside and trend is not null then trend else side end as points_to
    from caused
),

charted_month as (
    select distinct
        metric_id,
        area_id,
        month,
        time_window
    from monthly
),

target as (
    select
        target.metric_id,
        target.area_id,
        monthly.month,
        monthly.time_window,
        target.target_value,
        target.target_type,
        row_number() over (
            partition by target.metric_id, target.area_id, monthly.month, monthly.time_window
            order by
                case when target.time_window = monthly.time_window then 0 else 1 end asc,
                target.effective_from desc,
                target.time_window asc
        ) as nearest_rank
    from {{ ref('metric_target') }} as target
    inner join charted_month as monthly
        on
            target.metric_id = monthly.metric_id
            and target.area_id = monthly.area_id
            and substring(cast(target.effective_from as varchar), 1, 7) <= monthly.month
    where target.target_type = 'absolute'
)

select
    {{ keys_of('monthly', series) }},
    monthly.quarter,
    monthly.month,
    cast(monthly.value as double precision) as value,
    monthly.unit,
    monthly.polarity,
    cast(monthly.segment + 1 as integer) as segment,
    cast(limited.point_count as integer) as point_count,
    limited.is_trial,
    cast(limited.mean as double precision) as mean,
    cast(limited.mean_range as double precision) as mean_range,
    cast(limited.mean - limited.limit_distance as double precision) as lower_limit,
    cast(limited.mean + limited.limit_distance as double precision) as upper_limit,
    cast(limited.mean - 2 * limited.limit_distance / 3 as double precision) as lower_near_limit,
    cast(limited.mean + 2 * limited.limit_distance / 3 as double precision) as upper_near_limit,
    {%- for side, sign in [('lower', '-'), ('upper', '+')] %}
    cast(
        case
            when limited.mean is null then null
            when monthly.unit = 'pct' then least(greatest(limited.mean {{ sign }} limited.limit_distance, 0), 100)
            else limited.mean {{ sign }} limited.limit_distance
        end as double precision
    ) as {{ side }}_limit_shown,
    {%- endfor %}
    flagged.special_cause,
    case
        when limited.mean is null or monthly.value is null then null
        when flagged.special_cause is null then 'common_cause'
        else
            case
                when monthly.polarity = 'neutral' or flagged.points_to = 0 then 'special'
                when (monthly.polarity = 'higher' and flagged.points_to > 0) or (
                    monthly.polarity = 'lower' and flagged.points_to < 0
                ) then 'improving'
                else 'concerning'
            end || case when flagged.points_to < 0 then '_low' else '_high' end
    end as variation,
    case
        when limited.mean is null or target.target_value is null or monthly.polarity = 'neutral' then null
        when round(target.target_value - (limited.mean + limited.limit_distance), 8) > 0
            then case when monthly.polarity = 'higher' then 'consistently_fails' else 'consistently_passes' end
        when round(target.target_value - (limited.mean - limited.limit_distance), 8) < 0
            then case when monthly.polarity = 'higher' then 'consistently_passes' else 'consistently_fails' end
        else 'hit_or_miss'
    end as assurance,
    cast(target.target_value as double precision) as target_value,
    'none' as suppression
from monthly
left join limited
    on {{ same_keys('monthly', 'limited', segment) }}
left join flagged
    on
        {{ same_keys('monthly', 'flagged', series) }}
        and monthly.month = flagged.month
left join target
    on
        monthly.metric_id = target.metric_id
        and monthly.area_id = target.area_id
        and monthly.month = target.month
        and monthly.time_window = target.time_window
        and target.nearest_rank = 1
