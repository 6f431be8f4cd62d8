-- Every case that a rule starts has its row: the filter is a flag, not a loss.
{{ config(meta={'dagster': {'ref': {'name': 'fct_clock'}}}) }}
with expected as (
    select
        rule.clock_id,
        count(distinct event.case_id) as case_count
    from {{ ref('clock_rule') }} as rule
    inner join {{ ref('fct_event') }} as event
        on
            rule.pathway = event.pathway
            and rule.service = event.service
            and rule.start_event = event.event_type
    where event.event_date between rule.valid_from and rule.valid_to
    group by rule.clock_id
),

found as (
    select
        clock_id,
        count(*) as case_count
    from {{ ref('fct_clock') }}
    group by clock_id
)

select
    expected.clock_id,
    expected.case_count,
    found.case_count as found_count
from expected
left join found on expected.clock_id = found.clock_id
where expected.case_count <> coalesce(found.case_count, 0)
