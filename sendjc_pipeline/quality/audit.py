"""The audit table: what was judged, how it came out, and the fingerprint of the very table that was judged.

It lies in the quarter's own file, because Dagster's blocking checks hold only inside the run that evaluated them and its latest result
is not per quarter (measured; design notes, toolchain 4.3).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import duckdb
import pandas as pd

from sendjc_pipeline.quality.checks import Check, CheckResult
from sendjc_pipeline.warehouse.connection import few_at_once

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
