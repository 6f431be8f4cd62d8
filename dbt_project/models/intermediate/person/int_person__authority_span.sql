with claim as (
    select * from {{ ref('int_person__authority_claim') }}
),

boundary as (
    select
        person_key,
        basis,
        from_date as boundary_date
    from claim
    union
    select
        person_key,
        basis,
        next_date as boundary_date
    from claim
    where next_date is not null
),

-- Between two boundaries nothing changes.
piece as (
    select
        person_key,
        basis,
        boundary_date as from_date,
        lead(boundary_date) over (partition by person_key, basis order by boundary_date) as next_date
    from boundary
),

-- Of what is said of one piece the stronger stands, then the later start.
standing as (
    select
        piece.person_key,
        piece.basis,
        piece.from_date,
        piece.next_date,
        claim.area_id,
        claim.source_feed,
        row_number() over (
            partition by piece.person_key, piece.basis, piece.from_date
            order by claim.strength_rank asc, claim.from_date desc, claim.area_id asc, claim.source_feed asc
        ) as standing_rank
    from piece
    inner join claim
        on
            piece.person_key = claim.person_key
            and piece.basis = claim.basis
            and piece.from_date >= claim.from_date
            and coalesce(piece.from_date < claim.next_date, true)
),

followed as (
    select
        person_key,
        basis,
        area_id,
        source_feed,
        from_date,
        next_date,
        lag(area_id) over (partition by person_key, basis order by from_date) as earlier_area_id,
        lag(next_date) over (partition by person_key, basis order by from_date) as earlier_next_date
    from standing
    where standing_rank = 1
),

numbered as (
    select
        person_key,
        basis,
        area_id,
        source_feed,
        from_date,
        next_date,
        sum(case when area_id = earlier_area_id and from_date = earlier_next_date then 0 else 1 end) over (
            partition by person_key, basis order by from_date rows between unbounded preceding and current row
        ) as span_number
    from followed
)

select
    person_key,
    basis,
    cast(span_number as integer) as span_number,
    min(area_id) as area_id,
    min(from_date) as from_date,
    case when count(next_date) = count(*) then max(next_date) end as next_date,
    min(source_feed) as source_feed
from numbered
group by person_key, basis, span_number
