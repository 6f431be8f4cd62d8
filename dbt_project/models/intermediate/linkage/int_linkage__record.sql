with record as (
    select
        person_key,
        partner_id,
        feed,
        source_person_id,
        min(link_method) as link_method,
        min(match_probability) as match_probability,
        max(case when is_in_doubt then 1 else 0 end) = 1 as is_in_doubt
    from {{ ref('stg_identity__person_link') }}
    group by person_key, partner_id, feed, source_person_id
),

met as (
    select
        person_key,
        count(distinct partner_id) > 1 as is_matched
    from record
    group by person_key
),

-- A pair that is not linked and might be one child is a link missed with that probability, half of it at either end.
missed as (
    select
        person_key_a as person_key,
        match_probability / 2 as missed_links
    from {{ ref('stg_identity__person_doubt') }}
    union all
    select
        person_key_b as person_key,
        match_probability / 2 as missed_links
    from {{ ref('stg_identity__person_doubt') }}
),

missed_total as (
    select
        person_key,
        sum(missed_links) as missed_links
    from missed
    group by person_key
)

select
    record.person_key,
    record.partner_id,
    record.feed,
    record.source_person_id,
    case record.link_method
        when 'local_id' then 'alone' when 'splink' then 'scored' when 'clerical' then 'clerical' else 'deterministic'
    end as link_class,
    record.match_probability,
    record.is_in_doubt,
    met.is_matched,
    cast(coalesce(missed_total.missed_links, 0) as double precision) as missed_links,
    person.sex,
    person.ethnicity_major,
    person.age_band,
    person.residence_area_id,
    coalesce(cast(person.deprivation_decile as varchar), 'unknown') as deprivation_decile
from record
inner join met on record.person_key = met.person_key
inner join {{ ref('dim_person') }} as person on record.person_key = person.person_key
left join missed_total on record.person_key = missed_total.person_key
