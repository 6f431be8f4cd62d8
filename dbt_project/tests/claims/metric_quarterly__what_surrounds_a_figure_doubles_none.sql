-- Rating, chart, grade, benchmark and bounds are joined one to one: as many rows as the families make, and each has its grade.
select 'rows' as what
from (select count(*) as row_count from {{ ref('metric_quarterly') }}) as published
cross join (select count(*) as row_count from {{ ref('metric_measured') }}) as measured
where published.row_count <> measured.row_count
union all
select 'grade of ' || metric_id as what
from {{ ref('metric_quarterly') }}
where dq_grade is null or brag is null
