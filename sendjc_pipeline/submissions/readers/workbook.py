"""An .xlsx workbook as sheets of cells, and a cell as the text that a CSV would have held.

Belongs here: opening, and what a date, a number or a logical value is as text. Does not belong here: what is refused before
opening (workbook_guard), or which sheet holds which table (tabular). Nothing is ever calculated: a formula's last saved result is read.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from sendjc_pipeline.feeds.model import Dialect, Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.workbook_guard import Limits, Part, inspect

__all__ = ["Limits", "Part", "Sheet", "Workbook", "inspect", "slabs", "texts"]

_SLAB = 20_000
_ISO = "%Y-%m-%d"
_MAIN_PART = "xl/workbook.xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """One sheet of cells by its name, and what the guard saw in it."""

    name: str
    is_hidden: bool
    part: Part


class Workbook:
    """A workbook that passed the guard. Sheets without cells to read (charts) are left out."""

    def __init__(self, path: Path, feed: Feed, limits: Limits | None = None) -> None:
        """Look the file through and open it.

        Raises:
            FileRejected: as `workbook_guard.inspect`, and <FEED>.file.unreadable when the library cannot open it.
        """
        self.path, self._feed = path, feed
        parts = {name.lower(): part for name, part in inspect(path, feed, limits or Limits()).items()}
        try:
            self._book = CalamineWorkbook.from_path(path)
            homes = _sheet_parts(path)
            self.sheets = [
                Sheet(item.name, item.visible != SheetVisibleEnum.Visible, parts[homes[item.name].lower()])
                for item in self._book.sheets_metadata
                if item.typ == SheetTypeEnum.WorkSheet
            ]
        except (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError):
            raise self._unreadable() from None

    def cells(self, sheet: Sheet) -> CalamineSheet:
        """The sheet's cells. Raises FileRejected when the library cannot read it."""
        try:
            return self._book.get_sheet_by_name(sheet.name)
        except (CalamineError, OSError, ValueError):
            raise self._unreadable() from None

    def _unreadable(self) -> FileRejected:
        return FileRejected(
            rule_code(self._feed, "unreadable"),
            self.path.name,
            "it cannot be opened as an .xlsx workbook",
            "Open it in Excel, save it as an Excel workbook (.xlsx) or as CSV UTF-8, and send it again.",
        )


def slabs(cells: CalamineSheet) -> Iterator[list[list[Any]]]:
    """The rows from Excel's row 1 on, so many at a time that their Python values need little memory."""
    rows = cells.iter_rows()
    while slab := list(islice(rows, _SLAB)):
        yield slab


def texts(values: tuple[Any, ...], dialect: Dialect) -> pl.Series:
    """Cells of one column as text, blank cells as ''.

    Dates are ISO text where the feed reads that, else its first format; whole numbers have no '.0'; logical values are 1 and 0.
    """
    kinds = set(map(type, values))
    if kinds <= {str}:
        return pl.Series(values, dtype=pl.String)
    day = _ISO if _ISO in dialect.date_formats else dialect.date_formats[0]
    moment = dialect.datetime_formats[0]
    write: dict[type, Callable[[Any], str]] = {
        str: str,
        bool: lambda value: "1" if value else "0",
        int: str,
        float: _number,
        date: date.isoformat if day == _ISO else lambda value: value.strftime(day),
        datetime: lambda value: _moment(value, day, moment),
        time: lambda value: value.isoformat("seconds"),
        timedelta: str,
    }
    if kinds <= {str, date}:  # few days, many cells
        known = {value: write[type(value)](value) for value in set(values)}
        return pl.Series([known[value] for value in values], dtype=pl.String)
    return pl.Series([write[type(value)](value) for value in values], dtype=pl.String)


def _number(value: float) -> str:
    if abs(value) >= 1e15:
        return f"{value:.14E}"  # Excel has lost digits here; written so, no such number passes for an identifier
    if value.is_integer():
        return str(int(value))
    return str(np.format_float_positional(value, trim="-"))


def _moment(value: datetime, day: str, moment: str) -> str:
    # Excel keeps a fraction of a day, which is off by some microseconds.
    value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.strftime(day if value.time() == time() else moment)


def _sheet_parts(path: Path) -> dict[str, str]:
    """Sheet name -> its part in the archive."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = etree.fromstring(archive.read(names[_MAIN_PART]), parser)
        links = etree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]), parser)
    targets = {str(link.get("Id")): str(link.get("Target")) for link in links}
    return {
        str(item.get("name")): posixpath.normpath(
            posixpath.join("/xl", targets[str(item.get(_RELATION) or item.get(_STRICT_RELATION))])
        ).lstrip("/")
        for item in book.iter("{*}sheet")
    }
