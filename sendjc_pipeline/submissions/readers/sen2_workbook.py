"""The SEN2 return as the pre-submission workbook: one sheet per module, with the names of COLLECT's export.

Belongs here: which sheet is which module, and the identifiers that the workbook leaves out. Does not belong here: cells and headers
(`workbook`, `sheet_table`). Suppliers' workbooks have eight sheets: no module 0, and below the requests no identifier but those of
the child and the request (domain/sources.md 1.1; MastodonC/witan.sen2, pre_submission.clj). A workbook with all of them is read as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.submissions.readers import (
    FileRejected,
    FileWarning,
    ReadResult,
    empty_raw_table,
    raw_name,
    rule_code,
)
from sendjc_pipeline.submissions.readers.headers import printable
from sendjc_pipeline.submissions.readers.sheet_table import SheetTable, find_table, load
from sendjc_pipeline.submissions.readers.workbook import Sheet, Workbook

_REQUEST, _CHILD, _RETURN = "requeststableid", "persontableid", "sen2tableid"
_HEADER_SHEETS = ("header", "sen2")
_TEMPLATE_SHEET = "dataentrytemplate"
# The tree hangs on these; whatever else a sheet lacks can be made from them.
_ALWAYS = {"person": (_CHILD,), "requests": (_REQUEST, _CHILD)}


def read(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str, path: Path) -> ReadResult:
    """Fill the nine raw tables from one workbook.

    An identifier that a sheet lacks is made: the request's, and from the second row of a request on `<request>.<n>`. A sheet that
    names its parent by the request alone is hung on the first row of the parent's sheet for that request. Without module 0 there
    is one return, of which nothing else is known.

    Raises:
        FileRejected: as `Workbook` and `find_table`; <FEED>.file.template for DfE's template with its stacked tables;
            .missing_table, .repeated_table, or .missing_column where nothing links a sheet to the one above.
    """
    book = Workbook(path, feed)
    sheets, warnings = _modules(book, feed, spec)
    found = {
        name: find_table(book, sheet, feed, _loose(feed.tables[name]), spec)
        for name, sheet in sorted(sheets.items(), key=lambda item: list(feed.tables).index(item[0]))
    }
    _require_links(path, feed, found)
    for name, table in feed.tables.items():
        if name not in found:
            empty_raw_table(con, table)
            continue
        empty_raw_table(con, found[name].table)
        warnings += load(con, feed, found[name])
        _complete(con, table, set(found[name].positions))
    if "sen2" not in found:
        con.execute(f"insert into raw_sen2 ({_RETURN}, source_file, source_row) values ('1', ?, 1)", [path.name])
    return ReadResult(tuple(warnings))


def _modules(book: Workbook, feed: Feed, spec: str) -> tuple[dict[str, Sheet], list[FileWarning]]:
    tables = {_plain(name): name for name in feed.tables} | dict.fromkeys(map(_plain, _HEADER_SHEETS), "sen2")
    sheets: dict[str, Sheet] = {}
    warnings = []
    for sheet in book.sheets:
        if _plain(sheet.name) == _TEMPLATE_SHEET:
            raise _rejected(
                book.path, feed, "template", "it is the DfE's data entry template, whose tables stand one below another in one sheet",
                "Load it into COLLECT and send the nine Blade CSV files, or send the XML or the workbook with one sheet per module.",
            )  # fmt: skip
        name = tables.get(_plain(sheet.name))
        if name is None:
            message = f"sheet {printable(sheet.name)} is not a module of the return and was not read"
            warnings.append(FileWarning(rule_code(feed, "not_read"), book.path.name, message, "leave it out next time"))
        elif name in sheets:
            message = f"two sheets are named as the module {name}"
            raise _rejected(book.path, feed, "repeated_table", message, "Keep one of them.")
        else:
            sheets[name] = sheet
    due = [t.name for t in feed.tables.values() if feed.has_table(t, spec) and not t.optional and t.name != "sen2"]
    if missing := [name for name in due if name not in sheets]:
        message = f"no sheet for the module {', '.join(missing)}"
        remedy = "Send the whole workbook; a module without rows still needs its sheet with the header."
        raise _rejected(book.path, feed, "missing_table", message, remedy)
    if "sen2" not in sheets:
        message = "the workbook has no module 0, so the authority's officers and the census day are not known from it"
        action = "none needed; the XML and the Blade files have them"
        warnings.append(FileWarning(rule_code(feed, "no_module_0"), book.path.name, message, action))
    return sheets, warnings


def _plain(sheet: str) -> str:
    """'Named Plan', 'named-plan' and 'namedplans' are one name."""
    return re.sub(r"[^a-z0-9]", "", sheet.lower()).removesuffix("s")


def _loose(table: Table) -> Table:
    """The table as a workbook may have it: links may be missing, and the request's identifier may stand in any sheet."""
    links = {f"{table.name}tableid", *((table.parent.column,) if table.parent else ())}
    links -= set(_ALWAYS.get(table.name, ()))
    columns = [c.model_copy(update={"required": c.required and c.key not in links}) for c in table.columns]
    if _REQUEST not in {column.key for column in columns}:
        columns.append(Column(name=_REQUEST, privacy="record_id", description="The request that the row belongs to"))
    ignored = (*table.ignored, _CHILD) if _CHILD not in {c.key for c in columns} else table.ignored
    return table.model_copy(update={"columns": tuple(columns), "ignored": ignored})


def _require_links(path: Path, feed: Feed, found: dict[str, SheetTable]) -> None:
    """Refuse a sheet that names neither its parent nor the request, or a parent by the request where parents have numbers of their own."""
    for name, one in found.items():
        parent = feed.tables[name].parent
        if parent is None or name in _ALWAYS or parent.column in one.positions:
            continue
        above = found.get(parent.table)
        if _REQUEST in one.positions and (above is None or f"{parent.table}tableid" not in above.positions):
            continue
        message = f"the sheet of module {name} has no column {parent.column}, so nothing tells which row of {parent.table} it belongs to"
        raise _rejected(
            path, feed, "missing_column", message, "Add the column, or leave all identifiers below the request out."
        )


def _complete(con: duckdb.DuckDBPyConnection, table: Table, there: set[str]) -> None:
    """Bring the raw table into its declared shape, with the identifiers that the sheet lacks."""
    own, parent = f"{table.name}tableid", table.parent.column if table.parent else None
    made = {}
    if own not in there:
        # A row without a request keeps a number of its own, so that it is told as an orphan and not as a repeat.
        place = f"row_number() over (partition by {_REQUEST} order by source_row)"
        made[own] = f"""case when {_REQUEST} is null then 'row ' || source_row
            when {place} = 1 then {_REQUEST} else {_REQUEST} || '.' || {place} end"""
        if table.name == "sen2":
            made[own] = "source_row - min(source_row) over () + 1"
    if parent and parent not in there:
        made[parent] = "'1'" if parent == _RETURN else _REQUEST
    cells = ", ".join(f'({made.get(c.key, c.key)})::varchar as "{c.key}"' for c in table.columns)
    con.execute(
        f"create or replace table {raw_name(table.name)} as select {cells}, source_file, source_sheet, source_row"
        f" from {raw_name(table.name)} order by source_row"
    )


def _rejected(path: Path, feed: Feed, fault: str, message: str, remedy: str) -> FileRejected:
    return FileRejected(rule_code(feed, fault), path.name, message, remedy)


def workbooks(files: Sequence[Path]) -> list[Path]:
    """The files that call themselves Excel workbooks."""
    return [path for path in files if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb")]
