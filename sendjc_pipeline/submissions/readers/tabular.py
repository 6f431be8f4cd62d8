"""Feeds that partners keep in spreadsheets: each table from a CSV, or from a sheet of an .xlsx workbook.

Belongs here: which file is read in which way, and that no table comes in both. Does not belong here: CSV files (`csv_tables`, which
reads them exactly as for every other feed), the header and rows of a sheet (`sheet_table`), or how a cell becomes text (`workbook`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, ReadResult, empty_raw_table, rule_code
from sendjc_pipeline.submissions.readers.csv_tables import read as read_csv
from sendjc_pipeline.submissions.readers.headers import printable
from sendjc_pipeline.submissions.readers.sheet_table import SheetTable, find_table, load
from sendjc_pipeline.submissions.readers.workbook import Workbook
from sendjc_pipeline.submissions.report.names import WHOLE

# Sheets that explain, and hold no rows; `sendjc template` writes the first.
NOTES = ("dictionary", "read_me", "readme", "notes")
_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, files: Sequence[Path]) -> ReadResult:
    """Read CSV files and workbooks into raw tables (the reader interface of this package).

    Every file is looked at before any is refused, so that a partner hears of all faults at once.
    """
    books = sorted(path for path in files if is_workbook(path))
    texts = [path for path in files if path not in books]
    faults: list[FileRejected] = []
    warnings: list[FileWarning] = []
    found: list[SheetTable] = []
    for path in books:
        try:
            found += _tables(path, feed, spec, warnings)
        except FileRejected as fault:
            faults += [fault, *fault.also]
    in_books = {one.table.name for one in found}
    if texts or not found:
        try:
            warnings += read_csv(con, _asking_for_the_rest(feed, in_books, bool(faults)), spec, texts).warnings
        except FileRejected as fault:
            faults += [fault, *fault.also]
    else:
        faults += _missing(feed, spec, in_books) if not faults else []
        for table in feed.tables.values():
            empty_raw_table(con, table)
    if not faults:
        faults += _in_both(con, feed, found)
    if faults:
        first = faults[0]
        raise FileRejected(first.rule, first.file, first.message, first.remedy, also=faults[1:])
    for one in found:
        warnings += load(con, feed, one)
    return ReadResult(tuple(warnings))


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook: by its first bytes, whatever its name, or by its name, for a damaged one has any bytes."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return True
    with path.open("rb") as file:
        return file.read(4) in _SIGNATURES


def _tables(path: Path, feed: Feed, spec: str, warnings: list[FileWarning]) -> list[SheetTable]:
    """The tables of one workbook: sheets named as tables; for a feed of one table, else the first sheet."""
    book = Workbook(path, feed)
    sheets = [sheet for sheet in book.sheets if _plain(sheet.name) not in NOTES]
    tables = {_plain(table.name): table for table in feed.tables.values() if feed.has_table(table, spec)}
    named = [(sheet, tables[_plain(sheet.name)]) for sheet in sheets if _plain(sheet.name) in tables]
    if not named and len(tables) == 1 and sheets:
        named = [(sheets[0], table) for table in tables.values()]
    if not named:
        raise FileRejected(
            rule_code(feed, "missing_table"),
            path.name,
            f"no sheet is named as a table of feed {feed.name}",
            f"Name the sheets {', '.join(tables)}.",
        )
    names = [table.name for _, table in named]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        message = f"two sheets are named as the table {repeated[0]}"
        raise FileRejected(rule_code(feed, "repeated_table"), path.name, message, "Keep one of them.")
    taken = [sheet for sheet, _ in named]
    for sheet in sheets:
        if sheet not in taken:
            message = f"sheet {printable(sheet.name)} is not named as a table and was not read"
            warnings.append(FileWarning(rule_code(feed, "not_read"), path.name, message, "leave it out next time"))
    return [find_table(book, sheet, feed, table, spec) for sheet, table in named]


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _asking_for_the_rest(feed: Feed, in_books: set[str], is_refused: bool) -> Feed:
    """The feed as the CSV reader is to see it: what workbooks hold, or may have held, it need not miss."""
    tables = {
        name: table.model_copy(update={"optional": table.optional or is_refused or name in in_books})
        for name, table in feed.tables.items()
    }
    return feed.model_copy(update={"tables": tables})


def _missing(feed: Feed, spec: str, there: set[str]) -> list[FileRejected]:
    due: list[Table] = [table for table in feed.tables.values() if feed.has_table(table, spec) and not table.optional]
    if not (missing := [table.name for table in due if table.name not in there]):
        return []
    return [
        FileRejected(
            rule_code(feed, "missing_table"),
            WHOLE,
            f"no sheet and no file for the table{'s' if missing[1:] else ''} {', '.join(missing)}",
            "Send the whole set again; a table without rows still needs its sheet with the header.",
        )
    ]


def _in_both(con: duckdb.DuckDBPyConnection, feed: Feed, found: list[SheetTable]) -> list[FileRejected]:
    rows = con.execute("select distinct table_name from raw_header").fetchall()
    from_csv = {str(name) for (name,) in rows}
    return [
        FileRejected(
            rule_code(feed, "repeated_table"),
            one.book.path.name,
            f"table {one.table.name} came as a sheet and as a CSV file, and nothing tells which of them counts",
            "Send the table once.",
        )
        for one in found
        if one.table.name in from_csv
    ]
