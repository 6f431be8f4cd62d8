{%- set cell = ['metric_id', 'time_window', 'service', 'area_id'] %}
{%- set group = ['metric_id', 'time_window', 'service', 'group_key'] -%}
-- Plain SQL over four tables, so that the property test can run it over worlds of its own.
with figure as (
    select * from {{ ref('int_doubt__figure') }}
),

ranged as (
    select
        {{ cell | join(',\n        ') }},
        is_spread,
        counted_now,
        over_now,
        -- One at least, if somebody counts here now and nobody of the group could take it elsewhere.
        case when is_spread or most_counted_here = 0 then 0 else 1 end as fewest,
        case
            when is_area_fixed then most_counted_here
            when is_spread then least(most_counted, most_here)
            else most_counted
        end as most,
        -- The highest share: children over the limit apart, every other one the same child as one of them.
        case when is_spread then least(most_over, most_here) else most_over end as highest_over,
        case
            when is_spread then least(most_over, most_here)
            when most_over = 0 and most_counted_here > 0 then 1
            else most_over
        end as highest_counted,
        -- The lowest: all that are over the limit one child, the others apart.
        case when is_spread or over_now = 0 then 0 else 1 end as lowest_over,
        case
            when is_spread then least(most_within, most_here)
            else most_within + case when over_now > 0 then 1 else 0 end
        end as lowest_counted
    from {{ ref('int_doubt__group') }}
),

total as (
    select
        {{ cell | join(',\n        ') }},
        count(*) as group_count,
        sum(fewest) - sum(counted_now) as fewest_change,
        sum(most) - sum(counted_now) as most_change,
        sum(highest_over) - sum(over_now) as highest_over_change,
        sum(highest_counted) - sum(counted_now) as highest_counted_change,
        sum(lowest_over) - sum(over_now) as lowest_over_change,
        sum(lowest_counted) - sum(counted_now) as lowest_counted_change
    from ranged
    group by {{ cell | join(', ') }}
),

-- Waits of children who may prove to live elsewhere, or here: any of them may be in the mean or not.
-- Of a group that is all here, those are the waits of children whose home is unknown.
movable as (
    select
        {{ keys_of('spread', cell) }},
        unit.unit_id,
        cast(unit.wait_days as double precision) / 7 as weeks,
        case when member.area_id is not null then 1 else 0 end as is_here
    from {{ ref('int_doubt__group') }} as spread
    inner join {{ ref('int_doubt__unit') }} as unit
        on {{ same_keys('spread', 'unit', group) }}
    left join {{ ref('int_reference__area_member') }} as member
        on unit.area_id = member.member_area_id and spread.area_id = member.area_id
    where spread.is_spread or member.area_id is null
),

fixed as (
    select
        {{ keys_of('figure', cell) }},
        coalesce(max(figure.numerator), 0) - sum(movable.is_here * movable.weeks) as weeks,
        coalesce(max(figure.denominator), 0) - sum(movable.is_here) as wait_count
    from figure
    inner join movable
        on {{ same_keys('figure', 'movable', cell) }}
    where figure.unit = 'weeks'
    group by {{ keys_of('figure', cell) }}
),

-- The lowest mean takes in the shortest of them, the highest the longest, as many as move it.
taken as (
    select
        {{ keys_of('movable', cell) }},
        sum(movable.weeks) over (
            partition by {{ keys_of('movable', cell) }}
            order by movable.weeks asc, movable.unit_id asc
            rows between unbounded preceding and current row
        ) as shortest_weeks,
        row_number() over (
            partition by {{ keys_of('movable', cell) }}
            order by movable.weeks asc, movable.unit_id asc
        ) as shortest_count,
        sum(movable.weeks) over (
            partition by {{ keys_of('movable', cell) }}
            order by movable.weeks desc, movable.unit_id desc
            rows between unbounded preceding and current row
        ) as longest_weeks,
        row_number() over (
            partition by {{ keys_of('movable', cell) }}
            order by movable.weeks desc, movable.unit_id desc
        ) as longest_count
    from movable
),

mean as (
    select
        {{ keys_of('fixed', cell) }},
        least(
            min((fixed.weeks + taken.shortest_weeks) / (fixed.wait_count + taken.shortest_count)),
            min(fixed.weeks / nullif(fixed.wait_count, 0))
        ) as lowest,
        greatest(
            max((fixed.weeks + taken.longest_weeks) / (fixed.wait_count + taken.longest_count)),
            max(fixed.weeks / nullif(fixed.wait_count, 0))
        ) as highest
    from fixed
    inner join taken
        on {{ same_keys('fixed', 'taken', cell) }}
    group by {{ keys_of('fixed', cell) }}
),

bounded as (
    select
        {{ keys_of('figure', cell) }},
        figure.value,
        total.group_count,
        case figure.unit
            when 'count' then figure.value + total.fewest_change
            when 'pct'
                then
                    100.0
                    * (figure.numerator + total.lowest_over_change)
                    / nullif(figure.denominator + total.lowest_counted_change, 0)
            else mean.lowest
        end as lowest,
        case figure.unit
            when 'count' then figure.value + total.most_change
            when 'pct'
                then
                    100.0
                    * (figure.numerator + total.highest_over_change)
                    / nullif(figure.denominator + total.highest_counted_change, 0)
            else mean.highest
        end as highest
    from figure
    inner join total
        on {{ same_keys('figure', 'total', cell) }}
    left join mean
        on {{ same_keys('figure', 'mean', cell) }}
)

-- Where nothing at all may be left to measure, the figure itself is the bound; rounding never puts it outside.
select
    {{ cell | join(',\n        ') }},
    cast(group_count as bigint) as group_count,
    cast(least(coalesce(lowest, value), value) as double precision) as value_lower,
    cast(greatest(coalesce(highest, value), value) as double precision) as value_upper
from bounded
where value is not null
