{{ config(materialized='view') }}
-- The figures of every family, one beside the other.
select * from {{ ref('metric_quarterly__ehc') }}
union all
select * from {{ ref('metric_quarterly__waits') }}
union all
select * from {{ ref('metric_quarterly__activity') }}
union all
select * from {{ ref('metric_quarterly__cohort') }}
