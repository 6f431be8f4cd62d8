{%- set series = ['metric_id', 'area_id', 'time_window', 'service', 'tier'] %}
{%- set words = {
    'completeness': 'of what was due, and of its rows, could be used',
    'timeliness': 'a file came after the freeze date',
    'validity': 'of the rows and values kept every rule',
    'uniqueness': 'of the records of one child are expected to be joined',
    'linkage': 'of the links between records are expected to be right',
    'reconciliation': 'agreement with the published figure, told in steps of 5',
    'stability': 'a change beyond three sigma since the quarter before that nobody has explained',
} -%}
-- Seven scores from 0 to 1 for every figure, of which the worst is its grade (domain/rules.md 7.11).
with parameter as (
    select
        run.quarter,
        {%- for name in [
            'grade_a', 'grade_b', 'grade_c', 'grade_late_floor', 'grade_late_days', 'grade_unstable',
            'grade_least_children', 'exceptions_alert_pct', 'exceptions_least_plans'
        ] %}
        max(case when method.parameter_id = '{{ name }}' then method.value end) as {{ name }},
        {%- endfor %}
        run.quarter_start,
        run.quarter_end,
        {{ freeze_date('run.quarter_end') }} as freeze_date
    from {{ ref('stg_submission__run_parameter') }} as run
    cross join {{ ref('method_parameter') }} as method
    group by run.quarter, run.quarter_start, run.quarter_end
),

series as (
    select
        {{ keys_of('series', series) }},
        series.area_code,
        series.value_status in ('final', 'provisional') as is_supplied,
        definition.clock_id,
        definition.metric_class
    from {{ ref('int_reference__metric_series') }} as series
    inner join {{ ref('metric_definition') }} as definition
        on series.metric_id = definition.metric_id and series.metric_version = definition.metric_version
    where series.grain = 'quarterly'
),

-- What a partner's files of a feed came to, all that are used together.
used as (
    select
        submission.partner_id,
        submission.feed,
        sum(submission.received_count) as received_count,
        sum(submission.accepted_count) as accepted_count,
        sum(submission.quarantined_count) as quarantined_count
    from {{ ref('stg_submission__submission') }} as submission
    where submission.is_selected and submission.status = 'accepted'
    group by submission.partner_id, submission.feed
),

blanked as (
    select
        blanked.partner_id,
        blanked.feed,
        sum(blanked.value_count) as value_count
    from {{ ref('stg_submission__blanked_value') }} as blanked
    inner join {{ ref('stg_submission__submission') }} as submission
        on blanked.submission_id = submission.submission_id
    where submission.is_selected and submission.status = 'accepted'
    group by blanked.partner_id, blanked.feed
),

left_out as (
    select
        partner_id,
        feed,
        sum(row_count) as row_count
    from {{ ref('mart_left_out') }}
    where is_left_out
    group by partner_id, feed
),

needed as (
    select
        requirement.metric_id,
        requirement.service,
        member.area_id,
        member.member_area_id,
        case
            when supply.is_incomplete then 0.0
            when coalesce(status.submission_status, supply.submission_status) = 'supplied' then 1.0
            else 0.0
        end as supplied,
        case
            when status.received_at is null or status.submission_status <> 'supplied' then null
            when cast(status.received_at as date) <= parameter.freeze_date then 1.0
            else
                greatest(
                    parameter.grade_late_floor,
                    1.0
                    - {{ days_between('parameter.freeze_date', 'status.received_at') }} / parameter.grade_late_days
                )
        end as timeliness,
        {{ safe_divide('used.accepted_count - coalesce(left_out.row_count, 0)', 'used.accepted_count') }} as kept,
        1.0
        - {{ safe_divide('used.quarantined_count + coalesce(blanked.value_count, 0)', 'used.received_count') }}
            as validity
    from {{ ref('metric_requirement') }} as requirement
    cross join {{ ref('int_reference__area_member') }} as member
    cross join parameter
    left join {{ ref('mart_submission_status') }} as status
        on
            requirement.feed = status.feed
            and requirement.required_service = status.service
            and member.member_area_id = status.area_id
    -- What a figure needs and no partner is due to send: an estimate of the population, whoever tells of a service.
    left join {{ ref('int_reference__feed_supply') }} as supply
        on
            requirement.feed = supply.feed
            and requirement.required_service = supply.service
            and member.member_area_id = supply.area_id
    left join used on status.partner_id = used.partner_id and status.feed = used.feed
    left join blanked on status.partner_id = blanked.partner_id and status.feed = blanked.feed
    left join left_out on status.partner_id = left_out.partner_id and status.feed = left_out.feed
),

fed as (
    select
        metric_id,
        service,
        area_id,
        avg(supplied) * coalesce(min(kept), 1) as completeness,
        min(timeliness) as timeliness,
        case when min(validity) < 0 then 0 else min(validity) end as validity
    from needed
    group by metric_id, service, area_id
),

-- Links of the children who live there; of few children, those of all areas.
linked as (
    select
        member.area_id,
        min(coalesce(own.recall_estimated_pct, every_area.recall_estimated_pct)) / 100 as uniqueness,
        min(coalesce(own.precision_estimated_pct, every_area.precision_estimated_pct)) / 100 as linkage
    from {{ ref('int_reference__area_member') }} as member
    cross join parameter
    inner join {{ ref('mart_linkage_quality') }} as every_area on every_area.breakdown_topic = 'Total'
    left join {{ ref('mart_linkage_quality') }} as own
        on
            member.member_area_id = own.breakdown
            and own.breakdown_topic = 'residence_area'
            and parameter.grade_least_children <= own.child_count
    group by member.area_id
),

newest_sitrep as (
    select
        reconciliation.provider_id,
        line.clock_id,
        reconciliation.difference_pct,
        row_number() over (
            partition by reconciliation.provider_id, line.clock_id
            order by reconciliation.month desc, abs(reconciliation.difference_pct) desc
        ) as newest_rank
    from {{ ref('mart_sitrep_reconciliation') }} as reconciliation
    inner join {{ ref('sitrep_line') }} as line on reconciliation.service_line = line.service_line
    cross join parameter
    where
        reconciliation.month_end >= parameter.quarter_start
        and (reconciliation.verdict like 'within%' or reconciliation.verdict like 'outside%')
),

-- Only a publisher's own file is compared with: a synthetic quarter is not held against the real figures of the seed.
compared as (
    select
        {{ keys_of('series', series) }},
        abs(sitrep.difference_pct) as difference_pct
    from series
    inner join {{ ref('int_reference__area_member') }} as member on series.area_id = member.area_id
    inner join {{ ref('expected_submission') }} as expected
        on member.member_area_id = expected.area_id and series.service = expected.service
    inner join newest_sitrep as sitrep
        on expected.partner = sitrep.provider_id and series.clock_id = sitrep.clock_id and sitrep.newest_rank = 1
    union all
    select
        {{ keys_of('series', series) }},
        abs({{ pct('measured.value - benchmark.value', 'benchmark.value') }}) as difference_pct
    from series
    inner join {{ ref('metric_measured') }} as measured
        on
            {{ same_keys('series', 'measured', series) }}
            and measured.breakdown_topic = 'Total'
    inner join {{ ref('mart_benchmark') }} as benchmark
        on series.metric_id = benchmark.metric_id and series.area_code = benchmark.area_code
    cross join parameter
    where
        benchmark.submission_id is not null
        and benchmark.band = 'Total'
        and benchmark.period_end >= parameter.quarter_start
        and benchmark.period_end <= parameter.quarter_end
        -- A year is what the year to date came to at its end, a month what a snapshot shows.
        and series.time_window = case when length(benchmark.period) = 4 then 'calendar_ytd' else 'snapshot' end
),

-- In steps of 5 and no lower than half: a share to the last place would give back a count that is rounded elsewhere.
reconciled as (
    select
        {{ keys_of('compared', series) }},
        greatest(floor(round(20 * (1 - max(compared.difference_pct) / 100), 6)) / 20, 0.5) as reconciliation
    from compared
    group by {{ keys_of('compared', series) }}
),

steadied as (
    select
        {{ keys_of('now', series) }},
        min(
            case
                when now.segment <> earlier.segment then 1.0
                when abs(now.value - earlier.value) <= now.upper_limit - now.mean then 1.0
                else parameter.grade_unstable
            end
        ) as stability
    from {{ ref('metric_spc') }} as now
    cross join parameter
    inner join {{ ref('metric_spc') }} as earlier
        on
            {{ same_keys('now', 'earlier', series) }}
            and now.breakdown = earlier.breakdown
            and now.breakdown_topic = earlier.breakdown_topic
            and earlier.month = substring(cast({{ add_days('parameter.quarter_start', -1) }} as varchar), 1, 7)
    where
        now.month = substring(cast(parameter.quarter_end as varchar), 1, 7)
        and now.breakdown_topic = 'Total'
        and now.value is not null
        and earlier.value is not null
        and now.mean is not null
    group by {{ keys_of('now', series) }}
),

scored as (
    select
        {{ keys_of('series', series) }},
        case when series.is_supplied then coalesce(fed.completeness, 1) else 0 end as completeness,
        fed.timeliness,
        fed.validity,
        case when series.metric_class = 'P' then linked.uniqueness end as uniqueness,
        case when series.metric_class = 'P' then linked.linkage end as linkage,
        reconciled.reconciliation,
        steadied.stability
    from series
    left join fed
        on
            series.metric_id = fed.metric_id
            and series.service = fed.service
            and series.area_id = fed.area_id
    left join linked on series.area_id = linked.area_id
    left join reconciled
        on {{ same_keys('series', 'reconciled', series) }}
    left join steadied
        on {{ same_keys('series', 'steadied', series) }}
),

component as (
    {%- for name in words %}
    select
        {{ keys_of('scored', series) }},
        {{ loop.index }} as component_order,
        '{{ name }}' as component,
        round(cast(scored.{{ name }} as double precision), 4) as score,
        '{{ words[name] }}' as words
    from scored
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

ranked as (
    select
        component.*,
        min(component.score) over (partition by {{ keys_of('component', series) }}) as worst_score,
        row_number() over (
            partition by {{ keys_of('component', series) }}
            order by coalesce(component.score, 2), component.component_order
        ) as worst_rank
    from component
),

-- Most plans excepted makes the share without them say little (domain/rules.md 7.1).
excepted as (
    select
        including.area_id,
        including.time_window,
        including.service,
        including.tier
    from {{ ref('metric_measured') }} as including
    inner join {{ ref('metric_measured') }} as excluding
        on {{ same_keys('including', 'excluding', series[1:] + ['breakdown_topic', 'breakdown']) }}
    cross join parameter
    where
        including.metric_id = 'ehcp_20w_pct_inc'
        and excluding.metric_id = 'ehcp_20w_pct_exc'
        and including.breakdown_topic = 'Total'
        and including.denominator >= parameter.exceptions_least_plans
        and 100 * (including.denominator - excluding.denominator)
        > parameter.exceptions_alert_pct * including.denominator
)

select
    parameter.quarter,
    {{ keys_of('ranked', series) }},
    ranked.component,
    cast(ranked.score as double precision) as score,
    case
        when ranked.worst_score >= parameter.grade_a then 'A'
        when ranked.worst_score >= parameter.grade_b then 'B'
        when ranked.worst_score >= parameter.grade_c then 'C'
        else 'D'
    end as grade,
    ranked.worst_rank = 1 as is_worst,
    case
        when ranked.score is null then ranked.component || ' was not judged'
        else
            ranked.component || ' ' || cast(cast(floor(100 * ranked.score) as integer) as varchar) || ' %'
            || case when ranked.score < 1 then ': ' || ranked.words else '' end
    end as score_words,
    case
        when excepted.area_id is not null and ranked.worst_rank = 1
            then
                'more than ' || cast(cast(parameter.exceptions_alert_pct as integer) as varchar)
                || ' % of the plans issued bear a statutory exception'
    end as alert
from ranked
cross join parameter
left join excepted
    on
        {{ same_keys('ranked', 'excepted', series[1:]) }}
        and ranked.metric_id in ('ehcp_20w_pct_inc', 'ehcp_20w_pct_exc')
