-- Which published columns make the numerator, denominator and published value of each measure: one row per column.
with side as (
    select
        measure,
        'numerator' as term_role,
        numerator_measure as published_measures
    from {{ ref('benchmark_measure') }}
    union all
    select
        measure,
        'denominator' as term_role,
        denominator_measure as published_measures
    from {{ ref('benchmark_measure') }}
    union all
    select
        measure,
        'published' as term_role,
        published_measure as published_measures
    from {{ ref('benchmark_measure') }}
),

split_side as (
    select
        measure,
        term_role,
        string_split(published_measures, '|') as terms
    from side
    where published_measures is not null
)

select
    measure,
    term_role,
    unnest(terms) as published_measure,
    len(terms) as terms
from split_side
