-- A feed that somebody sent for an area before is missed when it stops: without it a count would fall, nobody knowing
-- why.
with parameter as (
    select
        quarter,
        quarter_end,
        -- There is no census in the second quarter; that of the first still stands.
        case
            when right(quarter, 2) = 'Q2' then {{ add_months('quarter_end', -3) }}
            else quarter_end
        end as census_end
    from {{ ref('stg_submission__run_parameter') }}
),

council as (
    select area_id
    from {{ ref('area') }}
    where geographic_level = 'Local authority'
),

-- Whose children a provider has told of; a council, of its own.
teller as (
    select distinct
        person.residence_area_id as area_id,
        referral.source_feed as feed,
        referral.provider_id as partner_id
    from {{ ref('int_pathway__referral') }} as referral
    inner join {{ ref('dim_person') }} as person on referral.person_key = person.person_key
    where referral.source_feed = 'mhsds'
    union distinct
    select
        partner_id as area_id,
        feed,
        partner_id
    from {{ ref('stg_submission__submission') }}
    where feed = 'school_census'
),

needed as (
    select
        'mhsds' as feed,
        quarter_end as needed_end
    from parameter
    union all
    select
        'school_census' as feed,
        census_end as needed_end
    from parameter
),

sent as (
    select
        submission.partner_id,
        submission.feed,
        submission.period_end,
        {{ submission_fault('submission', 'threshold', 'parameter.quarter') }} as fault
    from {{ ref('stg_submission__submission') }} as submission
    cross join parameter
    cross join {{ ref('quality_threshold') }} as threshold
    where threshold.threshold_id = 'max_quarantined_share'
),

newest as (
    select
        sent.partner_id,
        sent.feed,
        max(sent.period_end) as tried_end,
        max(case when sent.fault is null then sent.period_end end) as used_end,
        {{ join_text('case when sent.period_end >= needed.needed_end then sent.fault end', '; ') }} as faults
    from sent
    inner join needed on sent.feed = needed.feed
    group by sent.partner_id, sent.feed
),

judged as (
    select
        teller.area_id,
        teller.feed,
        teller.partner_id,
        parameter.quarter,
        case
            when newest.used_end >= needed.needed_end then 'supplied'
            when newest.tried_end >= needed.needed_end then 'withheld'
            else 'not_supplied'
        end as submission_status,
        newest.faults
    from teller
    cross join parameter
    inner join needed on teller.feed = needed.feed
    left join newest on teller.partner_id = newest.partner_id and teller.feed = newest.feed
),

evidence as (
    select 'mhsds' as feed
    union all
    select 'school_census' as feed
)

select
    council.area_id,
    evidence.feed,
    case
        when max(case when judged.submission_status = 'withheld' then 1 else 0 end) = 1 then 'withheld'
        when max(case when judged.submission_status = 'not_supplied' then 1 else 0 end) = 1 then 'not_supplied'
        else 'supplied'
    end as submission_status,
    {{ join_text(
        "case judged.submission_status"
        ~ " when 'withheld' then judged.faults"
        ~ " when 'not_supplied' then evidence.feed || ' from ' || judged.partner_id || ' has stopped: none came for ' || judged.quarter"
        ~ " end", '; ') }} as reason,
    count(judged.partner_id) = 0 as is_never_sent
from council
cross join evidence
left join judged on council.area_id = judged.area_id and evidence.feed = judged.feed
group by council.area_id, evidence.feed
