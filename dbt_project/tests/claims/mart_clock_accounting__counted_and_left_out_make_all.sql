-- Each clock is counted, or left out for one reason: the reasons add up to all, and to what is_counted says.
{{ config(meta={'dagster': {'ref': {'name': 'mart_clock_accounting'}}}) }}
with told as (
    select
        clock_id,
        area_id,
        sum(case when reason = 'all' then case_count else 0 end) as all_count,
        sum(case when reason <> 'all' then case_count else 0 end) as reason_count,
        sum(case when reason = 'counted' then case_count else 0 end) as counted_count
    from {{ ref('mart_clock_accounting') }}
    group by clock_id, area_id
),

held as (
    select
        clock_id,
        area_id,
        count(*) as all_count,
        sum(case when is_counted then 1 else 0 end) as counted_count
    from {{ ref('fct_clock') }}
    group by clock_id, area_id
)

select
    held.clock_id,
    held.area_id,
    held.all_count,
    told.reason_count,
    held.counted_count,
    told.counted_count as told_counted_count
from held
left join told on held.clock_id = told.clock_id and held.area_id = told.area_id
where
    told.clock_id is null
    or held.all_count <> told.all_count
    or held.all_count <> told.reason_count
    or held.counted_count <> told.counted_count
