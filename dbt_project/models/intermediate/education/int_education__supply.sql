with parameter as (
    select
        quarter,
        quarter_end,
        known_at,
        cast(right(quarter, 1) as integer) as quarter_number
    from {{ ref('stg_submission__run_parameter') }}
),

council as (
    select area_id
    from {{ ref('area') }}
    where geographic_level = 'Local authority'
),

arrived as (
    select
        submission.partner_id,
        submission.feed,
        submission.submission_id,
        submission.period_end,
        submission.status = 'rejected'
        or not submission.is_selected
        or submission.empty_table is not null
        or coalesce(submission.worst_quarantined_pct > threshold.value, false) as is_withheld,
        row_number() over (
            partition by submission.partner_id, submission.feed
            order by submission.period_end desc, submission.received_at desc, submission.submission_id asc
        ) as newest_rank
    from {{ ref('stg_submission__submission') }} as submission
    inner join {{ ref('education_supply') }} as supply on submission.feed = supply.feed
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'max_quarantined_share'
    cross join parameter
    where
        submission.period_end <= parameter.quarter_end
        and {{ add_months('submission.period_end', 'supply.valid_months') }} >= parameter.quarter_end
        and cast(submission.received_at as date) <= parameter.known_at
),

council_supply as (
    select
        council.area_id,
        supply.feed,
        arrived.period_end as told_on,
        case
            when arrived.submission_id is null then 'not_supplied'
            when arrived.is_withheld then 'withheld'
            else 'supplied'
        end as supply_status,
        case
            when supply.feed = 'school_census' and term.quarter_number is null
                then 'there is no school census in quarter ' || cast(parameter.quarter_number as varchar)
            when arrived.submission_id is null
                then 'no ' || supply.feed || ' from ' || council.area_id || ' for ' || parameter.quarter
            when arrived.is_withheld
                then
                    supply.feed || ' from ' || council.area_id || ' for ' || parameter.quarter
                    || ' was refused: submission ' || arrived.submission_id
        end as reason
    from council
    cross join {{ ref('education_supply') }} as supply
    cross join parameter
    left join {{ ref('census_term') }} as term on parameter.quarter_number = term.quarter_number
    left join arrived
        on council.area_id = arrived.partner_id and supply.feed = arrived.feed and arrived.newest_rank = 1
)

-- A sum of areas says nothing while one of them is missing.
select
    member.area_id,
    stated.feed,
    min(stated.told_on) as told_on,
    case
        when max(case when stated.supply_status = 'withheld' then 1 else 0 end) = 1 then 'withheld'
        when max(case when stated.supply_status = 'not_supplied' then 1 else 0 end) = 1 then 'not_supplied'
        else 'supplied'
    end as supply_status,
    {{ join_text('stated.reason', '; ') }} as reason
from council_supply as stated
inner join {{ ref('int_reference__area_member') }} as member on stated.area_id = member.member_area_id
group by member.area_id, stated.feed
