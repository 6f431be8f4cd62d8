"""One sheet as one table: where its header stands, which of its rows are rows, and what the partner should hear of it.

Belongs here: titles above a header, blank rows, merged cells, Excel errors. Does not belong here: which sheet is which table
(`tabular`), or how a cell becomes text (`workbook`). A row whose values cannot be told for sure is set aside in `raw_reject`, never read in part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
from python_calamine import CalamineSheet

from sendjc_pipeline.feeds.model import Dialect, Feed, Table
from sendjc_pipeline.feeds.recognise import recognise, spelling
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, raw_name, rule_code
from sendjc_pipeline.submissions.readers.headers import absent_columns, find_columns, printable, repeated_columns
from sendjc_pipeline.submissions.readers.workbook import Sheet, Workbook, slabs, texts
from sendjc_pipeline.submissions.readers.workbook_guard import NOWHERE, column_letters

_HEADER_WITHIN = 10
MERGED = "the row stands in merged cells, so nothing tells which row their value belongs to"
ERROR = "a cell of the row holds an Excel error such as #REF!, and no value"


@dataclass(frozen=True)
class SheetTable:
    """A sheet that holds a table. `header_row` is Excel's number; `positions` are Excel's columns from 1, by column key."""

    book: Workbook
    sheet: Sheet
    table: Table
    cells: CalamineSheet
    first_column: int
    header_row: int
    positions: dict[str, int]
    unnamed: tuple[int, ...]
    warnings: tuple[FileWarning, ...]


def find_table(book: Workbook, sheet: Sheet, feed: Feed, table: Table, spec: str) -> SheetTable:
    """Find the header: the first of the top ten rows that has every required column.

    Raises:
        FileRejected: <FEED>.file.empty, .missing_column, .duplicate_column or .wrong_feed.
    """
    cells = book.cells(sheet)
    if NOWHERE in sheet.part.errors:
        message = f"sheet {printable(sheet.name)} holds an Excel error such as #REF! and does not say in which cell"
        raise _rejected(
            book, feed, "unreadable", message, "Open it in Excel, mend the cell, save it and send it again."
        )
    if cells.start is None:
        raise _rejected(book, feed, "empty", f"sheet {printable(sheet.name)} holds nothing", "Send the file again.")
    first_column = cells.start[1] + 1
    top = [[_name(cell) for cell in row] for row in next(slabs(cells), [])[:_HEADER_WITHIN]]
    required = [
        {spelling(name) for name in (column.name, *column.renamed.values(), *column.also_called)}
        for column in feed.columns(table, spec)
        if column.required
    ]
    places = [n for n, row in enumerate(top) if all(any(spelling(cell) in names for cell in row) for names in required)]
    if not places:
        raise _no_header(book, feed, table, spec, top, first_column)
    header = top[places[0]]
    if repeated := repeated_columns(table, header, first_column):
        message = f"the header names a column twice: {repeated}"
        raise _rejected(book, feed, "duplicate_column", message, "Leave each column once, so that nothing is guessed.")
    named = [(place, cell) for place, cell in enumerate(header, start=first_column) if cell]
    found, warnings = find_columns(
        book.path, feed, table, spec, [cell for _, cell in named], [place for place, _ in named]
    )
    if any(column.required and column.key not in found for column in feed.columns(table, spec)):
        raise _no_header(book, feed, table, spec, top, first_column)
    _refuse_other_feed(book, feed, table, header)
    if places[0]:
        message = f"the header of table {table.name} stands in row {places[0] + 1}; the rows above were passed over"
        warnings.append(_warning(book, feed, "header_row", message, "put the header in row 1"))
    return SheetTable(
        book, sheet, table, cells, first_column, places[0] + 1,
        found,
        tuple(place for place, cell in enumerate(header, start=first_column) if not cell), tuple(warnings),
    )  # fmt: skip


def load(con: duckdb.DuckDBPyConnection, feed: Feed, one: SheetTable) -> list[FileWarning]:
    """Append the sheet's rows to the raw table and its doubtful rows to `raw_reject`; returns warnings about the sheet."""
    origin = [one.table.name, one.book.path.name, one.sheet.name]
    con.executemany(
        "insert into raw_header values (?, ?, ?, ?, ?)", [[*origin, key, place] for key, place in one.positions.items()]
    )
    doubtful = _doubtful_rows(one)
    counts = {"rows": 0, "blank": 0, "trailing": 0, "unnamed": 0}
    for number, rows in _body(one):
        frame = _frame(one, rows, feed.dialect).with_row_index("source_row", number)
        counts["unnamed"] += any(row[place - one.first_column] != "" for row in rows for place in one.unnamed)
        is_row = pl.any_horizontal(pl.exclude("source_row") != "")
        filled = frame.filter(is_row)
        if filled.height:
            last = int(filled["source_row"][-1])
            counts["blank"] += counts["trailing"] + (last - number + 1) - filled.height
            counts["trailing"] = number + frame.height - 1 - last
        else:
            counts["trailing"] += frame.height
        counts["rows"] += filled.height
        _insert(con, one, filled, doubtful)
    return [*one.warnings, *_said(feed, one, counts)]


def _body(one: SheetTable) -> Iterator[tuple[int, list[list[Any]]]]:
    """The rows below the header in slabs, each with Excel's number of its first row."""
    number = 1
    for slab in slabs(one.cells):
        below = max(one.header_row - number + 1, 0)
        if slab[below:]:
            yield number + below, slab[below:]
        number += len(slab)


def _frame(one: SheetTable, rows: list[list[Any]], dialect: Dialect) -> pl.DataFrame:
    columns = list(zip(*rows, strict=True))
    return pl.DataFrame(
        {key: texts(columns[place - one.first_column], dialect) for key, place in one.positions.items()}
    )


def _doubtful_rows(one: SheetTable) -> dict[int, str]:
    """Excel row -> why its values cannot be told."""
    read = set(one.positions.values())
    found = {row: ERROR for row, column in one.sheet.part.errors if column in read}
    done, last = one.header_row, (one.cells.end or (0, 0))[0] + 1
    for (top, left), (bottom, right) in sorted(one.cells.merged_cell_ranges or []):
        if any(left + 1 <= place <= right + 1 for place in read):
            found |= dict.fromkeys(range(max(top, done) + 1, min(bottom + 1, last) + 1), MERGED)
            done = max(done, min(bottom + 1, last))  # ranges may overlap in a damaged file: each row is named once
    return found


def _insert(con: duckdb.DuckDBPyConnection, one: SheetTable, frame: pl.DataFrame, doubtful: dict[int, str]) -> None:
    why = pl.col("source_row").cast(pl.Int64).replace_strict(doubtful, default=None, return_dtype=pl.String)
    frame = frame.with_columns(why=why) if doubtful else frame.with_columns(why=pl.lit(None, pl.String))
    con.register("sheet_rows", frame.to_arrow())
    values = ", ".join(
        f'nullif("{c.key}", \'\') as "{c.key}"' if c.key in one.positions else f'null as "{c.key}"'
        for c in one.table.columns
    )
    con.execute(
        f"insert into {raw_name(one.table.name)} select {values}, ?, ?, source_row from sheet_rows where why is null",
        [one.book.path.name, one.sheet.name],
    )
    if doubtful:
        line = ", ".join(f'"{key}"' for key in one.positions)
        con.execute(
            f"insert into raw_reject select ?, ?, ?, source_row, why, concat_ws(',', {line}) from sheet_rows"
            " where why is not null",
            [one.table.name, one.book.path.name, one.sheet.name],
        )
    con.unregister("sheet_rows")


def _said(feed: Feed, one: SheetTable, counts: dict[str, int]) -> Iterator[FileWarning]:
    book, table, part = one.book, one.table.name, one.sheet.part
    if not counts["rows"] and not one.table.optional:
        yield _warning(book, feed, "no_rows", f"table {table} holds a header and no rows", "check that the export was not cut short")  # fmt: skip
    if counts["blank"]:
        message = f"{counts['blank']} blank rows of table {table} were passed over"
        yield _warning(book, feed, "blank_lines", message, "none needed; rows are numbered as in Excel")
    if counts["unnamed"]:
        letters = ", ".join(column_letters(place) for place in one.unnamed)
        message = f"a column without a name holds values and was not read (among {letters})"
        yield _warning(book, feed, "unknown_column", message, "leave it out, or name it")
    if part.has_formula:
        message = (
            f"the sheet of table {table} holds formulas; their last saved results were read and nothing was calculated"
        )
        yield _warning(book, feed, "formulas", message, "paste the values over the formulas before sending")
    if one.sheet.is_hidden or part.has_hidden:
        message = f"the sheet of table {table} is hidden or has hidden rows or columns; all of them were read"
        yield _warning(book, feed, "hidden", message, "unhide them, and delete what should not be sent")


def _no_header(
    book: Workbook, feed: Feed, table: Table, spec: str, top: list[list[str]], first_column: int
) -> FileRejected:
    header = max(top, key=lambda row: len({cell for cell in row if cell}), default=[])
    fits = recognise(header)
    if fits and fits != (feed.name, table.name):
        return _wrong_feed(book, feed, fits)
    read, _ = find_columns(book.path, feed, table, spec, header)
    absent, hint = absent_columns(feed, table, spec, header, read, first_column)
    message = f"table {table.name} lacks the required column {', '.join(absent)} (spec {spec}) in the top {_HEADER_WITHIN} rows of its sheet"
    message += f"; {hint}" if hint else ""
    remedy = "Name the columns as in the template (sendjc template), in one row; name the sheet as the table."
    return _rejected(book, feed, "missing_column", message, remedy)


def _refuse_other_feed(book: Workbook, feed: Feed, table: Table, header: list[str]) -> None:
    """Refuse a sheet that has what the table requires, by chance, and is wholly another feed's."""
    fits = recognise(header)
    if fits and fits[0] != feed.name:
        known = {spelling(name) for name in (*(column.name for column in table.columns), *table.ignored)}
        if len(known & {spelling(cell) for cell in header}) < len([cell for cell in header if cell]) / 2:
            raise _wrong_feed(book, feed, fits)


def _wrong_feed(book: Workbook, feed: Feed, fits: tuple[str, str]) -> FileRejected:
    remedy = f"Submit it under --feed {fits[0]}." if fits[0] != feed.name else "Name each sheet as the table it holds."
    return _rejected(book, feed, "wrong_feed", f"this looks like feed {fits[0]} table {fits[1]}", remedy)


def _name(cell: object) -> str:
    return " ".join(str(cell).split())


def _warning(book: Workbook, feed: Feed, fault: str, message: str, action: str) -> FileWarning:
    return FileWarning(rule_code(feed, fault), book.path.name, message, action)


def _rejected(book: Workbook, feed: Feed, fault: str, message: str, remedy: str) -> FileRejected:
    return FileRejected(rule_code(feed, fault), book.path.name, message, remedy)
