"""Clocks and marts of many events: `python -m benchmarks marts [--large]`, four million or twenty.

Limits of issue 4, on 2 cores: 4,000,000 events 30 s and 4 GiB; 20,000,000 events 150 s without running out of memory. Random children
are written into schema `raw` once and copied there by SQL, each copy under identifiers of its own; dbt runs in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from assets_tests.oracle.compare import children_of
from assets_tests.oracle.records import setting_of
from assets_tests.oracle.warehouse import COLUMNS, build_models, create_empty, fill
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse.build import BUILDING_NAME
from sendjc_pipeline.warehouse.connection import connect
from sendjc_pipeline.warehouse.project import prepare

CHILDREN, SEED, SETTING = 20_000, 1, setting_of(2024, 4)
EVENTS_OF_THEM = 427_000  # as fct_event counts them; what was reached is printed
LIMITS = {4_000_000: (30, 4096), 20_000_000: (150, None)}
SELECT = " ".join(f"+path:models/marts/{folder}" for folder in ("clocks", "cohort", "waits", "flow", "education"))
_IDENTIFIERS = (
    "person_key", "requeststableid", "assessmenttableid", "namedplantableid", "activeplanstableid", "servicerequestid",
    "carecontactid", "careactivityid", "patientpathwayid", "referral_id", "step_id", "caseload_id", "request_id",
    "review_id", "package_id", "advice_id", "localpatientid", "careprofteamlocalid", "othercareprofteamlocalid", "careactid",
    "patpathid", "careplanid",
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds of dbt, seconds of its models one after another, peak resident MiB."""

    seconds: float
    processor: float
    models: float
    peak_mib: float


def main(large: bool = False) -> None:
    """Build, measure and print; exit code 1 where a limit is broken."""
    prepare()
    wanted = 20_000_000 if large else 4_000_000
    seconds, mib = LIMITS[wanted]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), "test").make_zones()
        path = settings.temp / BUILDING_NAME
        copies = -(-wanted // EVENTS_OF_THEM)
        _write(settings, path, copies)
        cost = _in_own_process(settings, path)
        with duckdb.connect(str(path), read_only=True) as con:
            (events, clocks) = con.execute(
                "select (select count(*) from fct_event), (select count(*) from fct_clock)"
            ).fetchall()[0]
    fits = events >= wanted and cost.seconds <= seconds and (mib is None or cost.peak_mib <= mib)
    print(
        f"clocks and marts of {copies * CHILDREN:,} children: {events:,} events, {clocks:,} clocks; {cost.seconds:.1f} s wall (<= {seconds}),"
        f" {cost.processor:.1f} s processor, models {cost.models:.1f} s; {cost.peak_mib:.0f} MiB (<= {mib or 'what there is'})"
        f"  {'ok' if fits else 'OVER'}"
    )
    if not fits:
        raise SystemExit(1)


def _write(settings: Settings, path: Path, copies: int) -> None:
    con = connect(path, settings=settings, for_us_alone=True)
    create_empty(con, SETTING)
    fill(con, children_of(SETTING, SEED, CHILDREN))
    for table in ("person", *(table for table, _ in COLUMNS.values())):
        names = [str(row[0]) for row in con.execute(f"describe raw.{table}").fetchall()]
        fresh = [f"{name} || '~' || copy as {name}" for name in names if name in _IDENTIFIERS]
        if "source_row" in names:
            fresh.append("source_row + copy * 1000000 as source_row")
        con.execute(
            f"insert into raw.{table} select source.* replace ({', '.join(fresh)}) from raw.{table} as source,"
            f" range(1, {copies}) as r(copy)"
        )
    con.execute("checkpoint")
    con.close()


def _in_own_process(settings: Settings, path: Path) -> Cost:
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_build, args=(its, settings, path))
    process.start()
    its.close()
    cost: Cost | str = mine.recv()
    process.join()
    if isinstance(cost, str):
        raise SystemExit(f"clocks and marts could not be built: {cost}")
    return cost


def _build(its: Connection, settings: Settings, path: Path) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    try:
        models = build_models(settings, path, SELECT)
    except AssertionError as failed:
        its.send(str(failed))
        return
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    its.send(Cost(seconds, processor, models, after.ru_maxrss / 1024))
