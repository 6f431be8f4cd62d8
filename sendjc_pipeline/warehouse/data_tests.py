"""The data tests of a built warehouse: compiled by dbt when the project is parsed, asked of DuckDB straight.

Nothing in a test varies with the quarter (docs/decisions/0002), so dbt need not compile 737 of them in every run: that took 10 s of which
DuckDB's part was half a second. `dbt test` over the same file says the same, and a test of ours holds the two against each other.
Belongs here: keeping the compiled tests and running them. Does not belong here: what a red one means (quality/).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from sendjc_pipeline.warehouse.connection import few_at_once
from sendjc_pipeline.warehouse.results import NodeResult


@dataclass(frozen=True)
class DataTest:
    """One of dbt's data tests: `query` gives one row of how many rows are at fault and whether they warn and err."""

    unique_id: str
    severity: str
    query: str


def keep(path: Path, compiled: Iterable[Any]) -> None:
    """Write the tests that dbt compiled, in order of their ids."""
    tests = [DataTest(node.unique_id, node.config.severity.lower(), _query(node)) for node in compiled]
    path.write_text(json.dumps([asdict(test) for test in sorted(tests, key=lambda test: test.unique_id)], indent=1))


def read(path: Path) -> list[DataTest]:
    """The tests that were kept."""
    return [DataTest(**test) for test in json.loads(path.read_text())]


def run(con: duckdb.DuckDBPyConnection, tests: Iterable[DataTest]) -> list[NodeResult]:
    """Ask every test, in the order given; one that the database cannot answer, as for a table that was not built, is an `error`."""
    return few_at_once(con, _judge, tests)


def _query(node: Any) -> str:
    """What dbt's own macro get_test_sql makes of a compiled test."""
    calc, config = node.config.fail_calc, node.config
    limited = f"limit {config.limit}" if config.limit is not None else ""
    return f"select {calc}, {calc} {config.warn_if}, {calc} {config.error_if} from (\n{node.compiled_code.strip()}\n{limited}\n) as at_fault"


def _judge(con: duckdb.DuckDBPyConnection, test: DataTest) -> NodeResult:
    start = time.monotonic()
    try:
        row = con.execute(test.query).fetchone() or (0, False, False)
    except duckdb.Error:
        # Its text stays behind, for it may quote a record; the id says which test to run by hand.
        return NodeResult(test.unique_id, "error", 0, _since(start), "the database could not answer")
    failures, warns, errs = int(row[0] or 0), bool(row[1]), bool(row[2])
    status = "fail" if errs and test.severity == "error" else "warn" if warns else "pass"
    return NodeResult(test.unique_id, status, 0 if status == "pass" else failures, _since(start), "")


def _since(start: float) -> float:
    return round(time.monotonic() - start, 3)
