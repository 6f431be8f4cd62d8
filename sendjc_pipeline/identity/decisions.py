"""What clerks decided about pairs of records, replayed in every run.

Belongs here: record tokens, what follows from the verdicts on record. Does not belong here: recording them (verdicts.py), or
what a decision leads to (link.py, cluster.py).

restricted/identity/decisions.parquet, only ever added to, one row per verdict of a reviewer on a pair: token_a, token_b (32 hex
digits, token_a < token_b), verdict ('same', 'different', 'unsure', or 'undone' where the reviewer took the last one back), reviewer,
decided_on (the reviewer's day), recorded_at (UTC; of one reviewer the latest on a pair stands).

A decision is in force where two different reviewers say 'same' and none 'different', or the other way round. Reviewers who differ are in
conflict, and nothing follows until one of them says otherwise. So are decisions that contradict each other by way of a third record (A is
B, B is C, and A is not C), and what a run overruled (overruled.py). A run known at a day uses what was recorded by that day.

A record token lasts as long as the partner keeps calling the child so: the partner's own id where ids last; else the UPN, if one child of the
return bears it; else what the return says of the child. It is keyed, so the file of decisions names nobody.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.pseudonym import PERSON_DIGITS, REVIEW, Pseudonymiser
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.identity.sources import SOURCES
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.connection import connect

FILE_NAME = "decisions.parquet"
VERDICTS = ("same", "different", "unsure")
UNDONE = "undone"
RESTORE = "Restore restricted/identity/decisions.parquet and review/issued.parquet beside it from the backup."
COLUMNS = {
    "token_a": "VARCHAR", "token_b": "VARCHAR", "verdict": "VARCHAR", "reviewer": "VARCHAR", "decided_on": "DATE",
    "recorded_at": "TIMESTAMP",
}  # fmt: skip
# Of one pair: what its standing verdicts come to.
STATE = """
    case
        when count(*) filter (where verdict = 'same') > 0 and count(*) filter (where verdict = 'different') > 0 then 'conflict'
        when count(*) filter (where verdict = 'same') > 1 then 'same'
        when count(*) filter (where verdict = 'different') > 1 then 'different'
        when count(*) filter (where verdict in ('same', 'different')) = 1 then 'one verdict'
        else 'unsure'
    end"""


def decisions_file(settings: Settings) -> Path:
    """Where the verdicts are on record."""
    return settings.restricted / "identity" / FILE_NAME


@guarded("reading clerical decisions", RESTORE)
def create_verdicts(con: duckdb.DuckDBPyConnection, path: Path, known_at: date = date.max) -> None:
    """Create two temporary tables of what was recorded by a day (of UTC).

    standing_verdict: COLUMNS, one row per pair and reviewer: the latest, unless it was taken back.
    decision: token_a, token_b, state ('same' and 'different' are in force; 'conflict', 'one verdict' and 'unsure' are not).
    """
    con.execute(
        f"create or replace temp table recorded ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
    )
    if path.is_file():
        con.execute(
            f"insert into recorded by name select * from read_parquet({text(path)}) where recorded_at::date <= ?",
            [known_at],
        )
    con.execute(f"""
        create or replace temp table standing_verdict as
        select * from (
            select * from recorded
            qualify row_number() over (partition by token_a, token_b, reviewer order by recorded_at desc) = 1
        )
        where verdict <> '{UNDONE}';
        drop table recorded;

        create or replace temp table decision as
        select token_a, token_b, {STATE} as state
        from standing_verdict
        group by token_a, token_b;

        create or replace temp table reached as
        with recursive edge as (
            select unnest([token_a, token_b]) as one, unnest([token_b, token_a]) as two from decision where state = 'same'
        ),

        reached as (
            select one, two from edge
            union
            select reached.one, edge.two from reached inner join edge on reached.two = edge.one
        )

        from reached;

        create or replace temp table contradicted as
        select token_a, token_b
        from decision
        semi join reached on decision.token_a = reached.one and decision.token_b = reached.two
        where state = 'different';

        update decision set state = 'conflict'
        where (state = 'different' and (token_a, token_b) in (from contradicted))
            or (state = 'same' and token_a in (
                select reached.two from reached inner join contradicted on reached.one = contradicted.token_a));
        drop table reached;
        drop table contradicted;
    """)


def in_force(settings: Settings, known_at: date) -> str:
    """A hash of the decisions in force on a day, empty where there are none: figures depend on them."""
    path = decisions_file(settings)
    if not path.is_file():
        return ""
    con = connect()
    try:
        create_verdicts(con, path, known_at)
        rows = con.execute("from decision where state in ('same', 'different') order by all").fetchall()
    finally:
        con.close()
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest() if rows else ""


@guarded("replaying clerical decisions")
def create_decisions(
    con: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser, path: Path, known_at: date = date.max
) -> None:
    """Create tables record_token (local_no, token), decided_same and decided_different (one, two: local_no; token_a, token_b).

    Needs contents.create_contents. A token of several records (a child in several returns) stands for each of them. A decision
    that was made before a child had a UPN still finds it by what the return says: record_alias (local_no, preference, token).
    """
    create_token_texts(con)
    con.execute(f"""
        create or replace temp table record_alias as
        select local_no, preference, {pseudonymiser.sql(REVIEW, "said", PERSON_DIGITS)} as token
        from token_text;
        drop table token_text;

        create or replace temp table record_token as
        select local_no, arg_min(token, preference) as token
        from record_alias
        group by local_no;
    """)
    create_verdicts(con, path, known_at)
    for verdict in ("same", "different"):
        con.execute(f"""
            create or replace temp table decided_{verdict} as
            select distinct least(a.local_no, b.local_no) as one, greatest(a.local_no, b.local_no) as two,
                decision.token_a, decision.token_b
            from decision
            inner join record_alias as a on decision.token_a = a.token
            inner join record_alias as b on decision.token_b = b.token and a.local_no <> b.local_no
            where decision.state = '{verdict}'""")


def create_token_texts(con: duckdb.DuckDBPyConnection) -> None:
    """Create table token_text (local_no, preference, said): what the tokens of each record are made of, the best first.

    Needs contents.create_contents.
    """
    lasting = ", ".join(f"'{source.space}'" for source in SOURCES if source.ids_last)
    con.execute(f"""
        create or replace temp table token_text as
        select local_person.local_no, 1 as preference,
            concat_ws('|', 'ID', local_person.partner, local_person.space, local_person.source_person_id) as said
        from local_person
        where local_person.space in ({lasting})
        union all
        select local_person.local_no, 1, concat_ws('|', 'UPN', local_person.partner, split_part(local_person.space, ':', 1), agreed.upn)
        from local_person
        inner join agreed using (local_no)
        where local_person.space not in ({lasting}) and agreed.upn is not null
        qualify count(*) over (partition by local_person.partner, local_person.space, agreed.upn) = 1
        union all
        select local_person.local_no, 2, concat_ws('|', 'SAID', local_person.partner, split_part(local_person.space, ':', 1), local_content.fingerprint)
        from local_person
        inner join local_content using (local_no)
        where local_person.space not in ({lasting});
    """)
