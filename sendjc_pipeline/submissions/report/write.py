"""Writing a report into a folder: every shape of it, each file whole or not at all, and the same bytes from the same receipt.

Belongs here: which files there are. Does not belong here: what stands in them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.submissions.report import faults, tables, workbook
from sendjc_pipeline.submissions.report.summary import Summary, summarise
from sendjc_pipeline.warehouse.connection import connect

# Enough to work through by hand; Excel itself ends at 1,048,576 rows and is slow long before.
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Report:
    """An open report: `con` holds its tables (`faults.create`) as long as `opened` lasts."""

    con: duckdb.DuckDBPyConnection
    summary: Summary
    shown: int
    faults: int
    most: int

    def head(self) -> dict[str, object]:
        """All but the rows, for JSON."""
        return {
            **self.summary.plain(),
            "rules": tables.rules(self.con),
            "rows_total": self.faults,
            "rows_shown": self.shown,
        }

    def json_blocks(self) -> Iterator[str]:
        """The report as JSON text, in blocks: the summary, "rules", "rows_total", "rows_shown" and "rows" (`MOST_ROWS` at most)."""
        yield json.dumps(self.head(), indent=2, ensure_ascii=False).removesuffix("\n}") + ',\n  "rows": ['
        for number, block in enumerate(tables.rows_as_json(self.con)):
            yield (",\n" if number else "\n") + block
        yield "\n]}\n"


@contextmanager
def opened(
    settings: Settings,
    receipt: Receipt,
    sent: Sequence[str],
    received_at: datetime | None = None,
    most: int = MOST_ROWS,
) -> Iterator[Report]:
    """The report of a receipt whose folder holds _messages.parquet; `sent` are the names of the files, in the order given.

    `most` is how many faults the workbook and the JSON hold; CSV and Parquet hold all.

    Raises:
        SendjcError: the messages are not there, or the database gave up on them (a fault of ours).
    """
    messages = (receipt.folder or Path()) / "_messages.parquet"
    if receipt.folder is None or not messages.is_file():
        raise SendjcError(
            f"the messages of this {receipt.feed} delivery are not there: check or submit the files again."
        )
    con = connect(settings=settings)
    try:
        faults.create(con, receipt, messages, list(sent))
        shown, every = tables.keep_shown_rows(con, most)
        yield Report(con, summarise(con, receipt, received_at), shown, every, most)
    except duckdb.Error as error:
        # Its text may quote what it was given, so only its kind is passed on.
        raise SendjcError(f"{receipt.feed}: the database gave up on the report ({type(error).__name__}).") from None
    finally:
        con.close()


def write(report: Report, folder: Path) -> None:
    """Write report.xlsx, report.json, report_rules.csv, report_rows.csv and rows.parquet; those of an earlier report are replaced.

    Raises:
        SendjcError: the folder cannot be written to, or one of the files is open elsewhere.
    """
    stage = folder / f".stage-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(mode=0o700)
        try:
            tables.write_rows(report.con, stage)
            tables.write_rules(report.con, stage)
            workbook.write(report.con, report.summary, report.faults, report.most, stage / "report.xlsx")
            with (stage / "report.json").open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(report.json_blocks())
            for path in sorted(stage.iterdir()):
                path.replace(folder / path.name)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise SendjcError(
            f"the report cannot be written into {folder} ({why}): close its files, or name another folder."
        ) from None
