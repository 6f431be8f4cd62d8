"""Links held against the truth of a sample: which pairs of records are right, and what that comes to by group.

Belongs here: the pairs, the counts of each group, and what the figures were measured of (model, rules, sample). Does not belong here: limits
and printing (identity.py), or the seed that releases publish (identity_seed.py).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.identity_records import PARTNERS, SIBLINGS, TWINS, Sample, purposes
from sendjc_pipeline.identity import rules, scores, stand_in_dates, thresholds
from sendjc_pipeline.identity.pseudonym import RECORD_DIGITS, Keys, Pseudonymiser
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic.hard import Rates

KEY = Keys.of_master(bytes(range(32)))
QUARTER = Quarter.parse("2024-25-Q4")
# Topic -> what tells a child's group; topics and groups are named as in mart_linkage_quality.
TOPICS = {
    "Total": "'Total'", "sex": "sex", "ethnicity_major": "ethnicity", "age_band": "age_band", "residence_area": "area_id",
    "deprivation_decile": "decile::varchar",
}  # fmt: skip


def judge(home: Path, sample: Sample) -> duckdb.DuckDBPyConnection:
    """Hold the links against the truth: table pair (is_true, is_found, partner_a, partner_b, child_a, child_b), record, child."""
    con = duckdb.connect()
    pseudonymiser = Pseudonymiser(con, KEY)
    con.register("sent", sample.records.select("record_id", "partner", "feed", "child").to_arrow())
    con.register("children", sample.children.to_arrow())
    cases = " ".join(
        f"when partner = '{partner}' then {pseudonymiser.sql(purpose, 'record_id', RECORD_DIGITS)}"
        for (_, partner), purpose in purposes().items()
    )
    con.execute(f"""
        create table child as from children;
        create table record as
        select sent.record_id, sent.partner, sent.child, link.person_key, link.method, link.match_probability, link.is_in_doubt
        from (select *, case {cases} end as source_person_id from sent) as sent
        left join read_parquet('{home}/restricted/identity/{QUARTER.label}/person_link.parquet') as link
            using (partner, feed, source_person_id);
        create table pair as
        select a.child = b.child as is_true, a.person_key = b.person_key as is_found, a.partner as partner_a, b.partner as partner_b,
            a.child as child_a, b.child as child_b, a.record_id as record_a, b.record_id as record_b
        from record as a
        inner join record as b on a.child = b.child and (a.partner, a.record_id) < (b.partner, b.record_id)
        union all
        select false, true, a.partner, b.partner, a.child, b.child, a.record_id, b.record_id
        from record as a
        inner join record as b on a.person_key = b.person_key and a.child <> b.child
            and (a.partner, a.record_id) < (b.partner, b.record_id)""")
    lost = con.execute("select count(*) from record where person_key is null").fetchone()
    assert lost == (0,), "a record has no link"
    return con


def counted(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row per group of `judge`'s children: breakdown_topic, breakdown, and the counts of the seed linkage_accuracy.

    A pair of two partners counts with each of them; a wrong pair with the group of its first child.
    """
    groups = ", ".join(f"{{'topic': '{topic}', 'name': {column}}}" for topic, column in TOPICS.items())
    return con.execute(f"""
        with child_group as (select child, unnest([{groups}]) as breakdown from child),

        matched as (
            select child, min(partner) < max(partner) as is_true_match, bool_or(has_other) as is_match
            from (select *, min(partner) over same < max(partner) over same as has_other from record
                window same as (partition by person_key))
            group by child
        ),

        record_group as (
            select breakdown, child from record inner join child_group using (child)
            union all
            select {{'topic': 'partner', 'name': partner}}, child from record
        ),

        pair_group as (
            select breakdown, is_true, is_found from pair inner join child_group on pair.child_a = child_group.child
            union all
            select {{'topic': 'partner', 'name': unnest([partner_a, partner_b])}}, is_true, is_found from pair
        ),

        people as (
            select breakdown, count(*) as record_count, count(distinct child) as child_count,
                count(distinct child) filter (is_true_match) as true_match_count, count(distinct child) filter (is_match) as match_count
            from record_group inner join matched using (child)
            group by breakdown
        ),

        pairs as (
            select breakdown, count(*) filter (is_true) as true_pair_count, count(*) filter (is_found) as found_pair_count,
                count(*) filter (is_true and is_found) as right_pair_count
            from pair_group
            group by breakdown
        )

        select breakdown.topic as breakdown_topic, breakdown.name as breakdown, people.* exclude (breakdown), pairs.* exclude (breakdown)
        from people inner join pairs using (breakdown)
        order by breakdown.topic <> 'Total', breakdown.topic, try_cast(split_part(breakdown.name, '-', 1) as integer), breakdown.name""").pl()


def model_version() -> str:
    """Of the stored model, the nicknames and the blocking: the name by which scores are kept."""
    return scores.cache_name()


def rules_version() -> str:
    """Of the match rules, the thresholds and the birth dates that stand for none."""
    seeds = (rules.SEED, thresholds.SEED, stand_in_dates.SEED)
    return hashlib.sha256(b"".join(seed.read_bytes() for seed in seeds)).hexdigest()[:16]


def sample_settings() -> str:
    """How hard the sample is, by the settings that issue 3 names."""
    rates, without = Rates(), [share for _, _, share in PARTNERS.values() if share is not None]
    return (
        f"typo {rates.typo}; wrong_date {rates.wrong_date}; moved {rates.moved}; changed_surname {rates.changed_surname};"
        f" no_nhs_number {min(without)} to {max(without)}; twins {TWINS}; siblings {SIBLINGS}"
    )
