"""Pairs that were not linked and might be one child: for bounds on figures, and for clerks.

Belongs here: what is doubtful, and the shape of the two files. Does not belong here: asking the clerks, or bounds.

restricted/identity/<quarter>/person_doubt.parquet: person_key_a, person_key_b (a < b), probability, reason; one row per
pair of children of the quarter. No particulars.

restricted/identity/review/<quarter>/candidate_pair.parquet, which never leaves the restricted zone: token_a, token_b
(decisions.py; token_a < token_b), probability, reason, person_key_a, person_key_b, and of either record what a reviewer
needs: partner, feeds, source_person_id (the partner's own), forename, surname, birth_date, sex, postcode, upn, nhs_number,
uln, each with _a or _b. One row per pair of tokens, the likeliest first; not those on which clerks have decided.

Reasons: 'grey' (between the thresholds), 'ambiguous' (likely, but so is another of the same source), 'same_source' (likely,
but one source holds both), 'identifier_differs' (likely, but two numbers of one kind), 'shared_identifier' (one number on
records that differ in birth date, sex or forename; the probability is NULL where names were missing), 'overruled' (two clerks
found one child, and the records contradict it (overruled.py): of candidate_pair only, without a probability). candidate_pair also has
the links that stand and are questioned, with the reasons of questioned.py: both records are of one child.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.overruled import REASON
from sendjc_pipeline.identity.thresholds import Thresholds

DOUBT_COLUMNS = {"person_key_a": "VARCHAR", "person_key_b": "VARCHAR", "probability": "DOUBLE", "reason": "VARCHAR"}
_SHOWN = ("forename", "surname", "birth_date", "sex", "postcode", "upn", "nhs_number", "uln")
_MOST_BEARERS = 20  # of one number: beyond that it is a placeholder, not a mistake about two children


@guarded("listing doubtful pairs")
def create_doubts(con: duckdb.DuckDBPyConnection, limits: Thresholds) -> None:
    """Create table doubtful_pair: one, two (local_no), person_one, person_two, probability, reason.

    One row per pair of children: the records that are most alike.
    """
    con.execute(f"""
        create or replace temp table doubtful_pair as
        with scored as (
            select record_edge.one, record_edge.two, one.person_no as person_one, two.person_no as person_two, record_edge.weight
            from record_edge
            inner join node as one on record_edge.one = one.local_no
            inner join node as two on record_edge.two = two.local_no
            where record_edge.weight >= {limits.review_weight} and one.person_no <> two.person_no
        ),

        shared as (
            select a.local_no as one, b.local_no as two, one.person_no as person_one, two.person_no as person_two
            from shared_identifier as a
            inner join shared_identifier as b on a.kind = b.kind and a.value = b.value and a.local_no < b.local_no
            inner join node as one on a.local_no = one.local_no
            inner join node as two on b.local_no = two.local_no and one.person_no <> two.person_no
            where a.value in (select value from shared_identifier group by value having count(*) <= {_MOST_BEARERS})
        ),

        suspect as (
            select one, two, person_one, person_two, weight, null as reason from scored
            union all
            select one, two, person_one, person_two, null, 'shared_identifier' from shared
        ),

        ordered as (
            select least(one, two) as one, greatest(one, two) as two,
                case when one < two then person_one else person_two end as person_one,
                case when one < two then person_two else person_one end as person_two,
                weight, reason
            from suspect
        ),

        decided as (
            select distinct a.person_no as person_one, b.person_no as person_two
            from decided_different
            inner join node as a on decided_different.one = a.local_no
            inner join node as b on decided_different.two = b.local_no
        ),

        likeliest as (
            select least(person_one, person_two) as low, greatest(person_one, person_two) as high,
                arg_min({{'one': one, 'two': two, 'person_one': person_one, 'person_two': person_two}},
                    {{'weight': -coalesce(weight, -1000), 'one': one, 'two': two}}) as pair,
                max(weight) as weight, max(reason) as reason
            from ordered
            group by 1, 2
        ),

        same_source as (
            select distinct likeliest.low, likeliest.high
            from likeliest
            inner join node as a on likeliest.low = a.person_no
            inner join local_person as one on a.local_no = one.local_no
            inner join node as b on likeliest.high = b.person_no
            inner join local_person as two on b.local_no = two.local_no and one.partner = two.partner and one.space = two.space
        ),

        differs as (
            select distinct likeliest.low, likeliest.high
            from likeliest
            inner join person_identifier as a on likeliest.low = a.person_no
            inner join person_identifier as b on likeliest.high = b.person_no and a.kind = b.kind and a.value <> b.value
        )

        select unnest(pair), round(1 / (1 + pow(2, -weight)), 6) as probability,
            case
                when reason is not null then reason
                when weight < {limits.link_weight} then 'grey'
                when (low, high) in (from same_source) then 'same_source'
                when (low, high) in (from differs) then 'identifier_differs'
                else 'ambiguous'
            end as reason
        from likeliest
        where (low, high) not in (from decided) and (high, low) not in (from decided)
    """)


@guarded("writing doubtful pairs")
def write_doubts(con: duckdb.DuckDBPyConnection, folder: Path, review: Path) -> None:
    """Write person_doubt.parquet into `folder` and candidate_pair.parquet into `review`."""
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in DOUBT_COLUMNS.items())
    keyed = """
        select least(a.person_key, b.person_key) as person_key_a, greatest(a.person_key, b.person_key) as person_key_b,
            doubtful_pair.probability, doubtful_pair.reason
        from doubtful_pair
        inner join person_anchor as a on doubtful_pair.person_one = a.person_no
        inner join person_anchor as b on doubtful_pair.person_two = b.person_no
        where doubtful_pair.person_one in (from person) and doubtful_pair.person_two in (from person)
            and doubtful_pair.probability is not null"""
    con.execute(
        f"copy (select {columns} from ({keyed}) order by all) to '{folder / 'person_doubt.parquet'}' (format parquet, compression zstd)"
    )
    sides = {"a": "doubtful_pair.one", "b": "doubtful_pair.two"}
    shown = ", ".join(
        [f"person_{end}.person_key as person_key_{end}" for end in sides]
        + [f"local_{end}.partner as partner_{end}, feeds_{end}.feeds as feeds_{end}, local_{end}.source_person_id as source_person_id_{end}" for end in sides]
        + [f"feeds_{end}.{name} as {name}_{end}" for name in _SHOWN for end in sides]
    )  # fmt: skip
    joins = " ".join(
        f"inner join local_link as local_{end} on {local_no} = local_{end}.local_no"
        f" inner join person_anchor as person_{end} on local_{end}.person_no = person_{end}.person_no"
        f" inner join shown as feeds_{end} on {local_no} = feeds_{end}.local_no"
        for end, local_no in sides.items()
    )
    newest = ", ".join(
        f"arg_max(coalesce(history_record.{name}{', history_record.one_name' if name == 'surname' else ''}), recency) as {name}"
        for name in _SHOWN
    )
    # token_a < token_b: the two records change places where needed.
    con.execute(f"""
        create or replace temp table candidate_pair as
        with ordered as (
            select
                case when a.token < b.token then doubtful_pair.one else doubtful_pair.two end as one,
                case when a.token < b.token then doubtful_pair.two else doubtful_pair.one end as two,
                least(a.token, b.token) as token_a, greatest(a.token, b.token) as token_b, probability, reason
            from doubtful_pair
            inner join record_token as a on doubtful_pair.one = a.local_no
            inner join record_token as b on doubtful_pair.two = b.local_no
            where a.token <> b.token and doubtful_pair.person_one in (from person) and doubtful_pair.person_two in (from person)
            union all
            select
                case when a.token < b.token then questioned_link.one else questioned_link.two end,
                case when a.token < b.token then questioned_link.two else questioned_link.one end,
                least(a.token, b.token), greatest(a.token, b.token), round(1 / (1 + pow(2, -weight)), 6), reason
            from questioned_link
            inner join record_token as a on questioned_link.one = a.local_no
            inner join record_token as b on questioned_link.two = b.local_no
            where a.token <> b.token and questioned_link.person_no in (from person)
            union all
            -- The tokens that were decided on, which need not be those of today; token_a is of either record.
            select
                case when record_alias.local_no is null then overruled.two else overruled.one end,
                case when record_alias.local_no is null then overruled.one else overruled.two end,
                token_a, token_b, null, '{REASON}'
            from overruled
            left join record_alias on overruled.one = record_alias.local_no and overruled.token_a = record_alias.token
        ),

        wanted as (select unnest([one, two]) as local_no from ordered),

        shown as (
            select local_person.local_no, string_agg(distinct history_record.feed, ' ' order by history_record.feed) as feeds, {newest}
            from history_record
            inner join local_person using (side, space, partner, source_person_id)
            where local_person.local_no in (from wanted)
            group by local_person.local_no
        )

        select doubtful_pair.token_a, doubtful_pair.token_b, doubtful_pair.probability, doubtful_pair.reason, {shown}
        from ordered as doubtful_pair
        {joins}
        qualify row_number() over (
            partition by token_a, token_b order by reason = '{REASON}' desc, probability desc nulls last, one, two) = 1;

        copy (from candidate_pair order by probability desc nulls last, token_a, token_b)
        to '{review / "candidate_pair.parquet"}' (format parquet, compression zstd);
    """)
