"""What clerks decided about pairs of records, replayed in every run.

Belongs here: record tokens, and reading restricted/identity/decisions.parquet. Does not belong here: asking the clerks
(review export and import write the file), or what a decision leads to (link.py, cluster.py).

decisions.parquet, one row per pair: token_a, token_b (32 hex digits, token_a < token_b), verdict ('same', 'different' or
'conflict' where the reviewers differ), reviewer_1, reviewer_2 (VARCHAR), decided_on_1, decided_on_2 (DATE). Only verdicts on
which two different reviewers agree are acted upon.

A record token lasts as long as the partner keeps calling the child so: the partner's own id where ids last; else the UPN, if one child of the
return bears it; else what the return says of the child. It is keyed, so the file of decisions names nobody.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from sendjc_pipeline.identity.failure import guarded
from sendjc_pipeline.identity.pseudonym import PERSON_DIGITS, Pseudonymiser
from sendjc_pipeline.identity.records import text
from sendjc_pipeline.identity.sources import SOURCES

PURPOSE = "record:tokens"
COLUMNS = {
    "token_a": "VARCHAR", "token_b": "VARCHAR", "verdict": "VARCHAR", "reviewer_1": "VARCHAR", "reviewer_2": "VARCHAR",
    "decided_on_1": "DATE", "decided_on_2": "DATE",
}  # fmt: skip


@guarded("replaying clerical decisions")
def create_decisions(con: duckdb.DuckDBPyConnection, pseudonymiser: Pseudonymiser, path: Path) -> None:
    """Create tables record_token (local_no, token), decided_same and decided_different (one, two: local_no).

    Needs contents.create_contents. A token of several records (a child in several returns) stands for each of them. A decision
    that was made before a child had a UPN still finds it by what the return says.
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

        create or replace temp table record_alias as
        select local_no, preference, {pseudonymiser.sql(PURPOSE, "said", PERSON_DIGITS)} as token
        from token_text;
        drop table token_text;

        create or replace temp table record_token as
        select local_no, arg_min(token, preference) as token
        from record_alias
        group by local_no;

        create or replace temp table decision ({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())});
    """)
    if path.is_file():
        con.execute(f"insert into decision by name from read_parquet({text(path)})")
    for verdict in ("same", "different"):
        con.execute(f"""
            create or replace temp table decided_{verdict} as
            select distinct least(a.local_no, b.local_no) as one, greatest(a.local_no, b.local_no) as two
            from decision
            inner join record_alias as a on decision.token_a = a.token
            inner join record_alias as b on decision.token_b = b.token and a.local_no <> b.local_no
            where decision.verdict = '{verdict}' and decision.reviewer_1 <> decision.reviewer_2""")
