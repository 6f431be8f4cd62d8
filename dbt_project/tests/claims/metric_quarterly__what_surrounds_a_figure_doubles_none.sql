-- Rating, chart, grade, benchmark and bounds are joined one to one: as many rows as the families make, and each is
-- graded and rated.
{{ config(meta={'dagster': {'ref': {'name': 'metric_quarterly'}}}) }}
with published as (
    select
        count(*) as row_count,
        count(dq_grade) as graded_count,
        count(brag) as rated_count
    from {{ ref('metric_quarterly') }}
),

measured as (
    select count(*) as row_count from {{ ref('metric_measured') }}
)

select published.*
from published
cross join measured
where
    published.row_count <> measured.row_count
    or published.graded_count <> measured.row_count
    or published.rated_count <> measured.row_count
