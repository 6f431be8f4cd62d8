"""The audit table: what was judged, how it came out, and the fingerprint of the very table that was judged.

It lies in the quarter's own file, because Dagster's blocking checks hold only inside the run that evaluated them and its latest result
is not per quarter (measured; design notes, toolchain 4.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from sendjc_pipeline.quality.checks import Check, CheckResult
from sendjc_pipeline.warehouse.connection import few_at_once

RUNS_KEPT = 50

_COLUMNS = {
    "quarter": "varchar",
    "check_id": "varchar",
    "table_name": "varchar",
    "topic": "varchar",
    "severity": "varchar",
    "passed": "boolean",
    "failures": "bigint",
    "fingerprint": "varchar",
}


def fingerprint(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """A hash of a table's columns and rows, whatever the order of the rows; '' where there is no such table.

    Rows are hashed one by one and added up: the sum sees a row twice, which a bitwise xor would cancel.
    """
    return _fingerprint(con, table, _columns(con).get(table, []))


def fingerprints(
    con: duckdb.DuckDBPyConnection, tables: Iterable[str], *, are_temporary: bool = False
) -> dict[str, str]:
    """The fingerprint of each named table; their columns are asked for once, and a few are read at once unless only `con` itself can see them."""
    names, columns = sorted(set(tables) - {""}), _columns(con)

    def judge(own: duckdb.DuckDBPyConnection, table: str) -> str:
        return _fingerprint(own, table, columns.get(table, []))

    found = [judge(con, table) for table in names] if are_temporary else few_at_once(con, judge, names)
    return dict(zip(names, found, strict=True))


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in con.execute(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main' order by table_name, ordinal_position"
    ).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def _fingerprint(con: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]) -> str:
    if not columns:
        return ""
    found = con.execute(
        f'select count(*), coalesce(sum(md5_number_lower(cast(to_json(t) as varchar))::hugeint), 0) from main."{table}" as t'
    ).fetchone()
    assert found is not None  # an aggregate without group by always gives a row
    return hashlib.md5(f"{columns}|{found[0]}|{found[1]}".encode(), usedforsecurity=False).hexdigest()


def write(con: duckdb.DuckDBPyConnection, quarter: str, results: Sequence[CheckResult]) -> None:
    """Write every result into main.audit_check, with the fingerprint of its table as it stands now."""
    prints = fingerprints(con, (r.check.table_name for r in results))
    rows = [
        (quarter, r.check.check_id, r.check.table_name, r.check.topic, r.check.severity, r.passed, r.failures,
         prints.get(r.check.table_name, ""))
        for r in results
    ]  # fmt: skip
    con.register("incoming", pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object"))
    casts = ", ".join(f"{name}::{kind} as {name}" for name, kind in _COLUMNS.items())
    con.execute(
        f"create or replace table main.audit_check as select {casts} from incoming order by check_id, table_name"
    )
    con.unregister("incoming")
    con.execute(
        "comment on table main.audit_check is 'One row per check judged on this quarter: the release is refused unless every required"
        " one is here, passed, and was judged on the table as it still stands.'"
    )


def read(con: duckdb.DuckDBPyConnection, quarter: str) -> list[tuple[CheckResult, str]]:
    """Every result of the quarter with the fingerprint that was judged; none where the file holds no audit table."""
    if not con.execute("select 1 from information_schema.tables where table_name = 'audit_check'").fetchone():
        return []
    rows = con.execute(
        "select check_id, table_name, topic, severity, passed, failures, fingerprint from main.audit_check where quarter = ?",
        [quarter],
    ).fetchall()
    return [(CheckResult(Check(c, t, o, s), p, f), print_) for c, t, o, s, p, f, print_ in rows]


def keep_history(
    con: duckdb.DuckDBPyConnection, previous: Path, quarter: str, known_at: str, inputs_fingerprint: str
) -> None:
    """Make main.audit_history of this file: the history of the file that it replaces, if there is one, and what was judged now.

    A run of the very inputs of the one before it adds nothing, so building again changes nothing. The last runs of a quarter are kept, RUNS_KEPT of them.
    """
    con.execute(
        "create or replace table main.audit_history (run integer, known_at date, inputs_fingerprint varchar, quarter varchar, check_id varchar,"
        " table_name varchar, topic varchar, severity varchar, passed boolean, failures bigint)"
    )
    if previous.is_file():
        con.execute(f"attach '{str(previous).replace(chr(39), chr(39) * 2)}' as before_this (read_only)")
        try:
            if con.execute(
                "select 1 from duckdb_tables() where database_name = 'before_this' and table_name = 'audit_history'"
            ).fetchone():
                con.execute(
                    "insert into main.audit_history by name select * from before_this.main.audit_history"
                    " qualify run > max(run) over () - ? + 1",
                    [RUNS_KEPT],
                )
        finally:
            con.execute("detach before_this")
    con.execute(
        "insert into main.audit_history by name"
        " select last.run + 1 as run, ?::date as known_at, ? as inputs_fingerprint, c.* exclude (fingerprint) from main.audit_check as c"
        " cross join (select coalesce(max(run), 0) as run, max_by(inputs_fingerprint, run) as made_of from main.audit_history) as last"
        " where c.quarter = ? and last.made_of is distinct from ? order by c.check_id, c.table_name",
        [known_at, inputs_fingerprint, quarter, inputs_fingerprint],
    )
    con.execute(
        "comment on table main.audit_history is 'Every check of every run of this quarter whose inputs differed from the run before, by run.'"
    )
