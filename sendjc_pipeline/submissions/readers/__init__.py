"""Readers turn a partner's files into raw text tables: the interface and the registry.

Here: what every reader receives, what it must leave behind, and how a feed's `reader` name finds
its function. Not here: any format. A reader never casts, judges or corrects; it only tells
apart "a row", "a line that is not a row" and "a file that cannot be used".

A reader is called as ``reader(con, feed, spec, files)`` and must, for every table of
``feed.tables``, leave in ``con`` one table ``raw_<table>`` (`raw_name`) with these columns, in this
order: every declared column in lower case as VARCHAR exactly as sent (NULL where the file has no
such column), ``source_file`` VARCHAR (the file's bare name), ``source_sheet`` VARCHAR (NULL unless
a workbook), ``source_row`` BIGINT (as Excel counts: the header is row 1). Rows stand in file order. Where one file
fills the whole table and every line below its header is a row, source_row may be NULL throughout: it is then known
from the row's place (`source_row`), and numbering millions of rows costs more than reading them. source_file and
source_sheet may be of a type that reads as VARCHAR.
A table without a file is empty (`empty_raw_table`), or, if it is not optional, a `FileRejected`.

Three side tables are there before the reader starts (`prepare`):

- ``raw_reject`` (table_name, source_file, source_sheet, source_row, why, payload): one row per
  line that could not become a row. They count as received and as quarantined. ``why`` must not
  quote the line; ``payload`` is the line as sent and stays in the restricted zone.
- ``raw_header`` (table_name, source_file, source_sheet, column_name, position): the place, from
  1, of each declared column in the file as sent, so that a message can name the Excel column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.settings import SendjcError

# Reader name in a feed's YAML -> where its function is. Imported when first asked for, so that a
# feed of CSV files does not pay for lxml or the workbook library.
_REGISTRY: dict[str, str] = {
    "sen2": "sendjc_pipeline.submissions.readers.sen2:read",
    "cin_xml": "sendjc_pipeline.submissions.readers.cin_xml:read",
    "csv_tables": "sendjc_pipeline.submissions.readers.csv_tables:read",
    "sitrep": "sendjc_pipeline.submissions.readers.sitrep:read",
    "tabular": "sendjc_pipeline.submissions.readers.tabular:read",
    "ees_zip": "sendjc_pipeline.submissions.readers.ees_zip:read",
    "benchmarks": "sendjc_pipeline.submissions.readers.benchmarks:read",
}


class FileRejected(SendjcError):
    """A file that cannot be used as a whole; `also` holds the faults of the other files."""

    def __init__(
        self,
        rule: str,
        file: str,
        message: str,
        remedy: str,
        also: Sequence[FileRejected] = (),
    ) -> None:
        super().__init__(f"{file}: {message} [{rule}]. {remedy}")
        self.rule, self.file, self.message, self.remedy = rule, file, message, remedy
        self.also = tuple(also)


@dataclass(frozen=True)
class ReadResult:
    """What a reader says beside its tables: warnings about whole files, never with a cell value."""

    warnings: tuple[FileWarning, ...] = ()
    # The period the files themselves state, where the format has one (the sitrep's sheet title).
    stated_period: str | None = None


@dataclass(frozen=True)
class FileWarning:
    """One warning about a file, such as a column that no table declares."""

    rule: str
    file: str
    message: str
    action: str


Reader = Callable[[duckdb.DuckDBPyConnection, Feed, str, Sequence[Path]], ReadResult]


def get(name: str) -> Reader:
    """The reader of that name; SendjcError if none is registered."""
    if name not in _REGISTRY:
        known = ", ".join(sorted(_REGISTRY))
        raise SendjcError(f"unknown reader '{name}' in a feed declaration; known: {known}")
    module, _, function = _REGISTRY[name].partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader


def register(name: str, target: str) -> None:
    """Add a reader: `target` is 'package.module:function'."""
    _REGISTRY[name] = target


def raw_name(table: str) -> str:
    """The DuckDB table that a reader fills for a declared table."""
    return f"raw_{table.lower()}"


def source_row(raw: str) -> str:
    """The SQL of a row's number in its file, where `raw` is the alias of a raw table."""
    return f"coalesce({raw}.source_row, {raw}.rowid + 2)"


def rule_code(feed: Feed, fault: str) -> str:
    """The code of a file-level rule, e.g. SEN2.file.missing_column."""
    return f"{feed.name.upper()}.file.{fault}"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the three side tables that readers add to."""
    con.execute(
        "create or replace table raw_reject (table_name varchar, source_file varchar,"
        " source_sheet varchar, source_row bigint, why varchar, payload varchar)"
    )
    con.execute(
        "create or replace table raw_header (table_name varchar, source_file varchar,"
        " source_sheet varchar, column_name varchar, position integer)"
    )
    con.execute("create or replace table raw_trimmed (table_name varchar)")


def empty_raw_table(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """Create the raw table of `table` with no rows; returns its name. Readers insert into it."""
    columns = ", ".join(f'"{column.name.lower()}" varchar' for column in table.columns)
    con.execute(
        f"create or replace table {raw_name(table.name)} ({columns},"
        " source_file varchar, source_sheet varchar, source_row bigint)"
    )
    return raw_name(table.name)
