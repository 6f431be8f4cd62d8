"""One pass over a set of files: read, judge, write, count. The order of the steps, and nothing of what each of them does.

Where the result lies, and that it appears whole, is `intake`'s business.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sendjc_pipeline import reporting
from sendjc_pipeline.feeds import codes
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import descendants, judge, messages, readers, results
from sendjc_pipeline.submissions.bundle import open_bundles
from sendjc_pipeline.submissions.macros import create_macros
from sendjc_pipeline.submissions.other_spec import other_spec_warning
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, rule_code
from sendjc_pipeline.submissions.receipt import Receipt, TableCount
from sendjc_pipeline.submissions.report.names import WHOLE
from sendjc_pipeline.warehouse.connection import SPILL_LIMIT, connect, is_alive, one_thread


@sealed("Reading and judging the files", "Nothing was stored: tell whoever maintains sendjc.")
def process(
    settings: Settings, feed: Feed, spec: str, files: Sequence[Path], period: str | None, folder: Path
) -> Receipt:
    """Read, judge and write the results into `folder`; return the receipt, which is not written.

    Written: each accepted <table>.parquet (none when refused), _quarantine.parquet and _messages.parquet.

    Raises:
        SendjcError: rows were lost or doubled on the way, or something else went wrong: faults of ours.
    """
    span = reporting.period(period) if period else None
    window = judge.Window(span.start, span.end) if span else judge.Window(None, None)
    with _workshop(settings) as (con, scratch):
        refused_by, stated_period = _read(con, feed, spec, files, scratch)
        _compare_periods(con, feed, span, stated_period)
        with _code_lists_validated():
            if refused_by is None:
                refused_by = _judge(con, feed, spec, window, folder)
            else:
                judge.leave_unjudged(con, feed)
        # Rows with long texts, sorted and written by two threads at once, take twice the memory.
        with one_thread(con):
            messages.write_messages(con, feed, folder)
        with one_thread(con):
            results.write_quarantine(con, feed, folder, refused_by)
        tables = results.count_rows(con, feed, folder)
        _require_sums(feed, tables)
        return Receipt(
            submission_id=None,
            feed=feed.name,
            partner=None,
            period=period,
            spec=spec,
            status="rejected" if refused_by else "accepted",
            tables=tables,
            messages_total=messages.totals(con, feed, is_accepted=refused_by is None),
            file_messages=_file_messages(con),
            stated_period=stated_period,
        )


def _judge(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, window: judge.Window, folder: Path) -> str | None:
    """Judge the raw tables and write what is accepted; returns the rule by which a row refused all of it, or None."""
    judge.judge(con, feed, spec, window)
    if doubt := other_spec_warning(con, feed, spec):
        _warn(con, [doubt])
    if judge.has_refusing_row(con, feed):
        return rule_code(feed, "refusing_row")
    descendants.mark(con, feed)
    results.write_accepted(con, feed, folder)
    return None


def _compare_periods(
    con: duckdb.DuckDBPyConnection, feed: Feed, span: reporting.Period | None, stated: str | None
) -> None:
    """Warn when the files say of themselves that they are of another period than they were sent for."""
    if span is None or stated is None:
        return
    told = reporting.period(stated)
    if span.start <= told.start and told.end <= span.end:
        return
    message = f"the files are of {stated} and were sent for {span.label}"
    con.execute(
        "insert into file_message values (?, 'warn', ?, ?, ?)",
        [rule_code(feed, "period"), WHOLE, message, "submit them for the period that they state"],
    )


def _require_sums(feed: Feed, tables: dict[str, TableCount]) -> None:
    for name, count in tables.items():
        if count.received != count.accepted + count.quarantined:
            raise SendjcError(
                f"{feed.name}.{name}: {count.received} rows received, but {count.accepted} accepted and"
                f" {count.quarantined} quarantined: rows were lost or doubled on the way. Nothing was stored."
            )


def _read(
    con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path], scratch: Path
) -> tuple[str | None, str | None]:
    """Fill the raw tables; returns (the rule that refused the files or None, the period that they state or None)."""
    readers.prepare(con)
    messages.prepare_file_messages(con)
    try:
        result = readers.get(feed.reader)(con, feed, spec, open_bundles(feed, files, scratch))
    except FileRejected as refusal:
        faults = [refusal, *refusal.also]
        con.executemany(
            "insert into file_message values (?, 'reject_file', ?, ?, ?)",
            [[f.rule, f.file, f.message, f.remedy] for f in faults],
        )
        return refusal.rule, None
    _warn(con, result.warnings)
    return None, result.stated_period


def _warn(con: duckdb.DuckDBPyConnection, warnings: Sequence[FileWarning]) -> None:
    if warnings:
        said = [[w.rule, w.file, w.message, w.action] for w in warnings]
        con.executemany("insert into file_message values (?, 'warn', ?, ?, ?)", said)


@contextmanager
def _code_lists_validated() -> Iterator[None]:
    """Validate the code lists beside what is done inside, where the database works and leaves the interpreter to others.

    What validates takes half a second to import; the totals of the receipt need it too.

    Raises:
        BadCodeList: at the end, when nothing has been stored yet.
    """
    with ThreadPoolExecutor(1) as pool:
        validated = pool.submit(codes.read_seed)
        yield
        validated.result()


@contextmanager
def _workshop(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB in memory and a scratch folder, both gone afterwards."""
    _sweep(settings.temp)
    with tempfile.TemporaryDirectory(dir=settings.temp, prefix=f"intake-{os.getpid()}-") as scratch:
        con = connect(settings=settings)
        try:
            # All is dropped at the end, and a checkpoint of a gigabyte of rows in memory takes as long as judging them.
            con.execute(f"set checkpoint_threshold = '{SPILL_LIMIT}'")
            create_macros(con)
            yield con, Path(scratch)
        finally:
            con.close()


def _sweep(folder: Path) -> None:
    """Drop the scratch folders of processes that have died: they may hold unpacked partner files."""
    for scratch in folder.glob("intake-*-*"):
        process_id = scratch.name.split("-")[1]
        if process_id.isdecimal() and not is_alive(int(process_id)):
            shutil.rmtree(scratch, ignore_errors=True)


def _file_messages(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("select file, message, rule, action from file_message order by outcome, file, rule").fetchall()
    return [f"{file}: {message} [{rule}]. {action}" for file, message, rule, action in rows]
