-- What a metric may need, for each area: the partners that are expected to send, whoever tells of a service, the
-- councils' own returns, and whoever has sent a feed before.
{%- set local_feeds = ['ehc_local', 'ep_advice'] %}
with parameter as (
    select
        quarter,
        quarter_end,
        cast(right(quarter, 1) as integer) as quarter_number
    from {{ ref('stg_submission__run_parameter') }}
),

council as (
    select area_id
    from {{ ref('area') }}
    where geographic_level = 'Local authority'
),

expected as (
    select
        area_id,
        feed,
        service,
        submission_status,
        reason,
        quarantine_note as note,
        cast(null as varchar) as year_note,
        false as is_incomplete
    from {{ ref('mart_submission_status') }}
),

told as (
    select
        supply.area_id,
        'any' as feed,
        supply.service,
        case when supply.value_status in ('withheld', 'not_supplied') then supply.value_status else 'supplied' end
            as submission_status,
        case when supply.value_status in ('withheld', 'not_supplied') then supply.dq_reason end as reason,
        cast(null as varchar) as note,
        case when supply.value_status = 'provisional' then supply.dq_reason end as year_note,
        false as is_incomplete
    from {{ ref('int_pathway__area_supply') }} as supply
    inner join council on supply.area_id = council.area_id
),

returned as (
    select
        supply.area_id,
        supply.feed,
        'Total' as service,
        supply.supply_status as submission_status,
        supply.reason
    from {{ ref('int_education__supply') }} as supply
    inner join council on supply.area_id = council.area_id
    where supply.feed <> 'sen2'
),

-- Only the census of the spring asks for needs.
spring as (
    select
        returned.area_id,
        returned.feed,
        'spring' as service,
        case when parameter.quarter_number = 4 then returned.submission_status else 'not_supplied' end
            as submission_status,
        case
            when parameter.quarter_number = 4 then returned.reason
            else 'only the spring census asks for needs'
        end as reason
    from returned
    cross join parameter
    where returned.feed = 'school_census'
),

-- A council's own returns for this quarter.
sent as (
    select
        submission.partner_id,
        submission.feed,
        {{ submission_fault('submission', 'threshold', 'parameter.quarter') }} as fault
    from {{ ref('stg_submission__submission') }} as submission
    inner join parameter on submission.period_end = parameter.quarter_end
    cross join {{ ref('quality_threshold') }} as threshold
    where threshold.threshold_id = 'max_quarantined_share'
),

come as (
    select
        partner_id,
        feed,
        {{ count_if('fault is null') }} as sound_count,
        {{ join_text('fault', '; ') }} as faults
    from sent
    group by partner_id, feed
),

own_feed as (
    {%- for feed in local_feeds %}
    select '{{ feed }}' as feed
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

own as (
    select
        council.area_id,
        own_feed.feed,
        'ehc' as service,
        case
            when come.sound_count > 0 then 'supplied'
            when come.sound_count = 0 then 'withheld'
            else 'not_supplied'
        end as submission_status,
        case
            when come.sound_count > 0 then null
            when come.sound_count = 0 then come.faults
            else own_feed.feed || ' from ' || council.area_id || ' for ' || parameter.quarter || ' has not arrived'
        end as reason
    from council
    cross join parameter
    cross join own_feed
    left join come on council.area_id = come.partner_id and own_feed.feed = come.feed
),

kept_up as (
    select
        area_id,
        feed,
        'once sent' as service,
        submission_status,
        reason,
        case
            when is_never_sent
                then 'nobody has sent ' || feed || ' for ' || area_id || ': what it would tell is not counted'
        end as note,
        cast(null as varchar) as year_note,
        is_never_sent as is_incomplete
    from {{ ref('int_reference__feed_kept_up') }}
),

resident as (
    select
        council.area_id,
        'population' as feed,
        'Total' as service,
        case when count(population.area_id) > 0 then 'supplied' else 'not_supplied' end as submission_status,
        case when count(population.area_id) = 0 then 'no estimate of the population of ' || council.area_id end
            as reason
    from council
    cross join parameter
    left join {{ ref('int_returns__population') }} as population
        on
            council.area_id = population.area_id
            and population.district = 'Total'
            and population.year <= extract(year from {{ add_months('parameter.quarter_end', -6) }})
    group by council.area_id
),

-- What a register states is at hand; nobody sends it.
stated as (
    select distinct
        area_id,
        feed,
        subject as service,
        'supplied' as submission_status,
        cast(null as varchar) as reason
    from {{ ref('int_register__statement') }}
)

select * from expected
union all
select * from told
union all
select * from kept_up
{%- for relation in ['returned', 'spring', 'own', 'resident', 'stated'] %}
union all
select
    area_id,
    feed,
    service,
    submission_status,
    reason,
    cast(null as varchar) as note,
    cast(null as varchar) as year_note,
    false as is_incomplete
from {{ relation }}
{%- endfor %}
