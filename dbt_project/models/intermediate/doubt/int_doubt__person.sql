with recursive pair as (
    select
        person_key_a as person_key,
        person_key_b as other_key
    from {{ ref('stg_identity__person_doubt') }}
    union all
    select
        person_key_b as person_key,
        person_key_a as other_key
    from {{ ref('stg_identity__person_doubt') }}
),

-- Records, each of which may prove to be another child's. Of every feed: figures are made of most of them, and a bound
-- that is too wide misleads nobody.
doubtful_record as (
    select
        person_key,
        count(distinct partner_id || '|' || feed || '|' || source_person_id) as record_count
    from {{ ref('stg_identity__person_link') }}
    where is_in_doubt
    group by person_key
),

reached as (
    select
        person_key,
        other_key
    from pair
    union
    select
        reached.person_key,
        pair.other_key
    from reached
    inner join pair on reached.other_key = pair.person_key
),

grouped as (
    select
        person_key,
        least(person_key, min(other_key)) as group_key
    from reached
    group by person_key
)

select
    coalesce(grouped.person_key, doubtful_record.person_key) as person_key,
    coalesce(grouped.group_key, doubtful_record.person_key) as group_key,
    cast(1 + coalesce(doubtful_record.record_count, 0) as integer) as most_children
from grouped
full outer join doubtful_record on grouped.person_key = doubtful_record.person_key
