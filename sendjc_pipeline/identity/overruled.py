"""Verdicts `same` that the records do not bear: they have no effect, and reviewers are shown them as in conflict.

Belongs here: which they are, in a run, and which the last runs found. Does not belong here: what reviewers said (decisions.py), or who is
joined (cluster.py).

decisions.py sees contradictions among verdicts. Only a run sees those by way of records: children that the rules made carry a `same` on to
records that no reviewer was asked about. A run therefore lists what it overruled among its pairs for review (doubt.py), with REASON.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.settings import Settings

REASON = "overruled"


@guarded("looking for contradicted decisions")
def overrule(con: duckdb.DuckDBPyConnection) -> None:
    """Create table overruled (one, two, token_a, token_b), and take those decisions out of decided_same.

    Needs decisions.create_decisions and node: local_no, node_no, as the rules made it.

    What `same` would bring together, with all that the rules linked to either, may hold no two records that clerks told apart, nor two
    of one return that say the same: of such twins a verdict does not tell which is meant. Else none of its verdicts `same` counts.
    """
    con.execute("""
        create or replace temp table told_apart as
        select one, two from decided_different
        union
        select a.local_no, b.local_no
        from record_alias as a
        inner join record_alias as b on a.token = b.token and a.local_no < b.local_no
        inner join local_person as person_a on a.local_no = person_a.local_no
        inner join local_person as person_b
            on b.local_no = person_b.local_no and person_a.partner = person_b.partner and person_a.space = person_b.space
        where a.token in (select unnest([token_a, token_b]) from decided_same);

        create or replace temp table overruled as
        with recursive edge as (
            select unnest([a.node_no, b.node_no]) as one, unnest([b.node_no, a.node_no]) as two
            from decided_same
            inner join node as a on decided_same.one = a.local_no
            inner join node as b on decided_same.two = b.local_no
            where a.node_no <> b.node_no
        ),

        reached as (
            select one, two from edge
            union
            select reached.one, edge.two from reached inner join edge on reached.two = edge.one
        ),

        contradicted as (
            select a.node_no
            from told_apart
            inner join node as a on told_apart.one = a.local_no
            inner join node as b on told_apart.two = b.local_no
            semi join reached on a.node_no = reached.one and b.node_no = reached.two
            where a.node_no <> b.node_no
        ),

        refused as (
            select decided_same.token_a, decided_same.token_b
            from decided_same
            inner join node on decided_same.one = node.local_no
            where node.node_no in (select two from reached where one in (from contradicted))
        )

        from decided_same semi join refused using (token_a, token_b);

        create or replace temp table decided_same as
        from decided_same anti join overruled using (token_a, token_b);
        drop table told_apart;
    """)


@guarded("reading what was overruled", "Run the quarter again: that lists its pairs anew.")
def show_overruled(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set the state of table decision to 'conflict' where the last run of any quarter overruled a `same` that stands."""
    for path in sorted(settings.restricted.glob("identity/review/[0-9]*/candidate_pair.parquet")):
        con.execute(f"""
            update decision set state = 'conflict'
            where state = 'same' and (token_a, token_b) in (
                select (token_a, token_b) from read_parquet({text(path)}) where reason = '{REASON}')""")
