"""Build a quarter's warehouse: a fresh file beside the old one, dbt once over it, its data tests asked, then a rename.

Belongs here: running dbt and saying what became of each model. Does not belong here: judging the results (quality/).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import data_tests
from sendjc_pipeline.warehouse.connection import MEMORY_LIMIT, connect
from sendjc_pipeline.warehouse.cross_feed import compare_feeds
from sendjc_pipeline.warehouse.deliveries import QuarterInputs
from sendjc_pipeline.warehouse.inputs import create_raw
from sendjc_pipeline.warehouse.lock import only_one
from sendjc_pipeline.warehouse.partner_lists import write_lists
from sendjc_pipeline.warehouse.project import DbtFault, compiled_tests, dbt_flags, runnable_manifest
from sendjc_pipeline.warehouse.results import NodeResult

PATH_VARIABLE = "SENDJC_WAREHOUSE_PATH"
MEMORY_VARIABLE = "SENDJC_WAREHOUSE_MEMORY"
# Above so large a file of raw tables (about a million events) two models at once run out of the usual limit, which keeps a quarter of one
# area within 2 GiB. The rest is for Python and dbt, within 4 GiB at four million events.
_LARGE_RAW, _MEMORY_PER_RAW, _MEMORY_AT_MOST = 32 << 20, 24, 8 << 30
# Tables first, tests after: in `dbt build` a red test skips every table below it, so one topic's fault would keep another's unbuilt.
TABLES = ("build", "--resource-type", "seed", "--resource-type", "model")
BUILDING_NAME = (
    "warehouse.duckdb"  # dbt-duckdb writes the file's stem into the manifest, so every build has the same one
)


Audit = Callable[[Path, list[NodeResult]], None]


def warehouse_path(settings: Settings, quarter: Quarter) -> Path:
    """Where the quarter's file lies."""
    return settings.warehouse / f"{quarter.label}.duckdb"


def build(settings: Settings, inputs: QuarterInputs, audit: Audit) -> list[NodeResult]:
    """Build the quarter's file and rename it into place, also when tests failed, so that an engineer can look at what they judged.

    `audit` is called with the unfinished file and the results, before the rename: a warehouse never appears without its audit rows.

    Raises:
        Busy: another process is building or publishing in this home.
        DbtFault: dbt did not run at all (a failed model or test is a result, not an exception).
    """
    with only_one(settings, "write"):
        return _build(settings, inputs, audit)


def _build(settings: Settings, inputs: QuarterInputs, audit: Audit) -> list[NodeResult]:
    final = warehouse_path(settings, inputs.quarter)
    building = settings.warehouse / ".building" / inputs.quarter.label / BUILDING_NAME
    shutil.rmtree(building.parent, ignore_errors=True)
    building.parent.mkdir(parents=True)
    con = connect(building, settings=settings, for_us_alone=True)
    try:
        create_raw(con, settings, inputs)
        compare_feeds(con, settings, inputs.quarter)
    finally:
        con.close()
    limit = _memory_limit(building)
    results = run_dbt(settings, building, [TABLES])
    con = connect(building, settings=settings)
    try:
        con.execute(f"set memory_limit = '{limit}'")
        results += data_tests.run(con, compiled_tests())
        con.execute("drop schema raw cascade")
        con.execute("checkpoint")
    finally:
        con.close()
    audit(building, results)
    write_lists(
        settings, inputs.quarter, building
    )  # before the rename: what fails here leaves the warehouse that stood
    os.replace(building, final)
    shutil.rmtree(building.parent, ignore_errors=True)
    return results


def run_dbt(settings: Settings, path: Path, steps: Sequence[Sequence[str]]) -> list[NodeResult]:
    """Run dbt in this process over a file that has schema `raw`, step by step; what failed is in the results.

    Raises:
        DbtFault: dbt did not run at all.
    """
    from dbt.cli.main import dbtRunner

    runner = dbtRunner(manifest=runnable_manifest())
    results: list[NodeResult] = []
    with (
        _environment(PATH_VARIABLE, str(path)),
        _environment(MEMORY_VARIABLE, _memory_limit(path)),
        _closed_afterwards(),
    ):
        for step in steps:
            outcome = runner.invoke(
                ["--quiet", "--log-level-file", "none", "--no-write-json", *step, *dbt_flags(settings.temp / "dbt")]
            )
            if outcome.exception is not None and outcome.result is None:
                raise DbtFault(f"dbt did not run: {outcome.exception}")
            results += [_node_result(result) for result in outcome.result]
    return results


def _memory_limit(path: Path) -> str:
    """How much DuckDB may take to build over the raw tables of a file, and never above half of what the machine has."""
    raw = path.stat().st_size
    if raw < _LARGE_RAW:
        return MEMORY_LIMIT
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    return f"{min(max(raw * _MEMORY_PER_RAW, 1600 << 20), _MEMORY_AT_MOST, half) >> 20}MiB"


def _node_result(result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        status=str(result.status),
        failures=int(result.failures or 0),
        seconds=round(float(result.execution_time), 3),
        message=str(result.message or ""),
    )


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before


@contextmanager
def _closed_afterwards() -> Iterator[None]:
    """dbt-duckdb keeps its connection open for the life of the process (dbt-duckdb #139), which would lock the file."""
    try:
        yield
    finally:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager.close_all_connections()
