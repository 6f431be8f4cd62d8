-- The SitRep counts by provider, whoever lives where: our side is each open pathway that counts, or would but for where
-- the child lives.
with pathway as (
    select
        clock.clock_id,
        clock.service,
        clock.provider_id,
        clock.person_key,
        clock.start_date,
        clock.stop_date,
        clock.end_date,
        {{ left_out_by('clock', 'rule') }} as reason
    from {{ ref('fct_clock__pathway') }} as clock
    inner join {{ ref('clock_rule') }} as rule
        on
            clock.clock_id = rule.clock_id
            and clock.start_date >= rule.valid_from
            and clock.start_date <= rule.valid_to
    where clock.clock_id in (select line.clock_id from {{ ref('sitrep_line') }} as line)
),

ours as (
    select
        line.service_line,
        pathway.provider_id,
        calendar.month,
        count(*) as our_count,
        count(distinct pathway.person_key) as our_child_count
    from pathway
    inner join {{ ref('sitrep_line') }} as line on pathway.clock_id = line.clock_id
    inner join {{ ref('int_reference__month') }} as calendar
        on
            pathway.start_date <= calendar.month_end
            and coalesce(pathway.stop_date > calendar.month_end, true)
            and coalesce(pathway.end_date > calendar.month_end, true)
    where pathway.reason in ('counted', 'not_resident')
    group by line.service_line, pathway.provider_id, calendar.month
),

theirs as (
    select
        waiting.service as service_line,
        waiting.org_code as provider_id,
        waiting.period as month,
        waiting.waiting_count as sitrep_count,
        waiting.value_status as sitrep_status
    from {{ ref('int_benchmark__waiting') }} as waiting
    inner join {{ ref('provider_name') }} as organisation
        on
            waiting.org_code = organisation.org_code
            and organisation.org_type = 'Provider'
            and organisation.is_current_name
            and organisation.is_in_scope
    inner join {{ ref('int_reference__month') }} as calendar on waiting.period = calendar.month
    where
        waiting.band = 'total'
        and waiting.service in (select line.service_line from {{ ref('sitrep_line') }} as line)
),

-- Every provider and line of which either side ever speaks, in every month.
paired as (
    select
        service_line,
        provider_id
    from ours
    union distinct
    select
        service_line,
        provider_id
    from theirs
    where sitrep_count is not null
),

measured as (
    select distinct
        rule.clock_id,
        rule.service
    from {{ ref('clock_rule') }} as rule
),

supply as (
    select
        line.service_line,
        supply.provider_id,
        supply.month,
        max(case when supply.supply_status = 'supplied' then 0 else 1 end) as is_missing,
        {{ join_text('supply.reason', '; ') }} as reason
    from {{ ref('int_pathway__supply') }} as supply
    inner join measured on supply.service = measured.service
    inner join {{ ref('sitrep_line') }} as line on measured.clock_id = line.clock_id
    group by line.service_line, supply.provider_id, supply.month
),

compared as (
    select
        calendar.quarter,
        calendar.month,
        calendar.month_end,
        paired.provider_id,
        paired.service_line,
        theirs.sitrep_count,
        case when supply.is_missing = 0 then coalesce(ours.our_count, 0) end as our_count,
        case when supply.is_missing = 0 then coalesce(ours.our_child_count, 0) end as our_child_count,
        case
            when theirs.sitrep_status is null then 'the SitRep of the month was not supplied'
            when theirs.sitrep_status = 'not_published' then 'the SitRep does not publish this line of the provider'
            when theirs.sitrep_status = 'not_submitted' then 'the provider gave the SitRep no figure'
            when theirs.sitrep_count is null then 'the SitRep has words where a number belongs'
            when supply.provider_id is null
                then 'no feed of ' || paired.provider_id || ' tells of this service'
            when supply.is_missing = 1 then supply.reason
        end as missing_reason
    from paired
    cross join {{ ref('int_reference__month') }} as calendar
    left join ours
        on
            paired.service_line = ours.service_line
            and paired.provider_id = ours.provider_id
            and calendar.month = ours.month
    left join theirs
        on
            paired.service_line = theirs.service_line
            and paired.provider_id = theirs.provider_id
            and calendar.month = theirs.month
    left join supply
        on
            paired.service_line = supply.service_line
            and paired.provider_id = supply.provider_id
            and calendar.month = supply.month
),

note as (
    select
        service_line,
        {{ join_text('note', '; ') }} as note
    from {{ ref('sitrep_line') }}
    group by service_line
)

select
    compared.quarter,
    compared.month,
    compared.month_end,
    compared.provider_id,
    compared.service_line,
    cast(compared.sitrep_count as bigint) as sitrep_count,
    cast(compared.our_count as bigint) as our_count,
    cast(compared.our_child_count as bigint) as our_child_count,
    cast(compared.our_count - compared.sitrep_count as bigint) as difference,
    {{ pct('compared.our_count - compared.sitrep_count', 'compared.sitrep_count') }} as difference_pct,
    case
        when compared.missing_reason is not null then 'not compared: ' || compared.missing_reason
        when compared.sitrep_count < least_count.value
            then 'too few to judge: fewer than ' || cast(least_count.value as varchar) || ' in the SitRep'
        when 100 * abs(compared.our_count - compared.sitrep_count) <= tolerance.value * compared.sitrep_count
            then 'within ' || cast(tolerance.value as varchar) || ' %'
        else 'outside ' || cast(tolerance.value as varchar) || ' %'
    end as verdict,
    note.note,
    'none' as suppression
from compared
inner join note on compared.service_line = note.service_line
inner join {{ ref('quality_threshold') }} as tolerance on tolerance.threshold_id = 'sitrep_tolerance'
inner join {{ ref('quality_threshold') }} as least_count on least_count.threshold_id = 'sitrep_least_count'
