with parameter as (
    select
        quarter,
        quarter_end,
        known_at
    from {{ ref('stg_submission__run_parameter') }}
),

council as (
    select area_id
    from {{ ref('area') }}
    where geographic_level = 'Local authority'
),

-- A census is of one term: in a quarter without a census of its own, schools have said nothing.
census as (
    select
        submission.*,
        row_number() over (
            partition by submission.partner_id order by submission.received_at desc, submission.submission_id asc
        ) as newest_rank
    from {{ ref('stg_submission__submission') }} as submission
    inner join parameter on submission.period_end = parameter.quarter_end
    where submission.feed = 'school_census' and cast(submission.received_at as date) <= parameter.known_at
),

expected as (
    select
        area_id,
        case when feed = 'csds' then 'csds_' || service else feed end as source_id,
        max(case when submission_status = 'withheld' then 1 else 0 end) as withheld_count,
        max(case when submission_status = 'not_supplied' then 1 else 0 end) as missing_count,
        {{ join_text('reason', '; ') }} as reason
    from {{ ref('mart_submission_status') }}
    where feed in ('sen2', 'csds')
    group by area_id, case when feed = 'csds' then 'csds_' || service else feed end
),

stated as (
    select
        area_id,
        source_id,
        case
            when withheld_count = 1 then 'withheld' when missing_count = 1 then 'not_supplied' else 'supplied'
        end as supply_status,
        reason
    from expected
    union all
    select
        council.area_id,
        'school_census' as source_id,
        case
            when census.submission_id is null then 'not_supplied'
            when
                census.status = 'rejected'
                or not census.is_selected
                or census.empty_table is not null
                or coalesce(census.worst_quarantined_pct > threshold.value, false)
                then 'withheld'
            else 'supplied'
        end as supply_status,
        case
            when census.submission_id is null
                then 'no school_census from ' || council.area_id || ' for ' || parameter.quarter
            when not census.is_selected
                then
                    'school_census from ' || council.area_id || ' for ' || parameter.quarter
                    || ' came when no sharing agreement was in force'
            when
                census.status = 'rejected'
                or census.empty_table is not null
                or coalesce(census.worst_quarantined_pct > threshold.value, false)
                then
                    'school_census from ' || council.area_id || ' for ' || parameter.quarter
                    || ' was refused: submission ' || census.submission_id
        end as reason
    from council
    cross join parameter
    inner join {{ ref('quality_threshold') }} as threshold on threshold.threshold_id = 'max_quarantined_share'
    left join census on council.area_id = census.partner_id and census.newest_rank = 1
),

-- One council alone cannot contradict another.
elsewhere as (
    select
        council.area_id,
        max(case when other.supply_status = 'supplied' then 1 else 0 end) as supplied_count
    from council
    left join stated as other on council.area_id <> other.area_id and other.source_id = 'sen2'
    group by council.area_id
)

select
    area_id,
    source_id,
    supply_status,
    reason
from stated
union all
select
    area_id,
    'other_sen2' as source_id,
    case when supplied_count = 1 then 'supplied' else 'not_supplied' end as supply_status,
    case when supplied_count = 0 then 'no other council has sent sen2' end as reason
from elsewhere
