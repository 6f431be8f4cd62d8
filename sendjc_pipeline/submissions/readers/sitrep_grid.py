"""Where the numbers are in a community waiting-times workbook: tables found by title, headers by content.

Here: the layouts that NHS England has used, and the refusal of a workbook that has none of them. Not here: making the
grid long (sitrep.py). Sheet names and file names are never believed: the file named 2023-10-01 holds August 2023.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.workbook_guard import Limits, inspect

# What each table's title says -> the band.
BANDS = {
    "total waiting list": "total",
    "(0-7 days)": "0-7",
    "(8-14 days)": "8-14",
    "(15-28 days)": "15-28",
    "(29-84 days)": "29-84",
    "(85-126 days)": "85-126",
    "(127-364 days)": "127-364",
    "(over 365 days)": "365+",
}
SERVICE = re.compile(r"^\s*\((A|CYP)\)\s*(.+)$")
_LIMITS = Limits(rows=20_000)  # the published workbooks end at column AX and row 200
_TITLE = re.compile(r"^(?P<what>(total|number) waiting .*)by service, (?P<month>[a-z]+ \d{4})$", re.I)
_ROLES = {
    "organisation type": "org_type",
    "level": "org_type",
    "organisation code": "org_code",
    "code": "org_code",
    "organisation name": "org_name",
    "name": "org_name",
}


@dataclass(frozen=True)
class Grid:
    """One table as it stands: `header` is an index in `rows`, labels are {role: place}, services {place: header}."""

    sheet: str
    band: str
    month: date
    rows: list[list[object]]
    header: int
    labels: dict[str, int]
    services: dict[int, str]


def grids(path: Path, feed: Feed) -> list[Grid]:
    """The eight tables of one workbook.

    Raises:
        FileRejected: <FEED>.file.unreadable, .wrong_feed, .missing_table, .missing_column or .mixed_period.
    """
    found = [_grid(path, feed, name, rows, title) for name, rows in _sheets(path, feed) if (title := _title(rows))]
    if not found:
        raise _rejected(feed, "wrong_feed", path, "no sheet is titled as a waiting list by service")
    if missing := [band for band in BANDS.values() if band not in {grid.band for grid in found}]:
        raise _rejected(feed, "missing_table", path, f"no table for the bands: {', '.join(missing)}")
    if len({grid.month for grid in found}) > 1 or len(found) > len(BANDS):
        raise _rejected(feed, "mixed_period", path, "its tables are not one set of bands of one month")
    return found


def _sheets(path: Path, feed: Feed) -> list[tuple[str, list[list[object]]]]:
    inspect(path, feed, _LIMITS)
    try:
        book = CalamineWorkbook.from_path(path)
        return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, OSError, ValueError):
        raise _rejected(feed, "unreadable", path, "it cannot be opened as a workbook") from None


def _title(rows: list[list[object]]) -> re.Match[str] | None:
    cells = (cell for row in rows[:4] for cell in row[:3] if isinstance(cell, str))
    return next((title for cell in cells if (title := _TITLE.match(" ".join(cell.split())))), None)


def _grid(path: Path, feed: Feed, sheet: str, rows: list[list[object]], title: re.Match[str]) -> Grid:
    band = next((band for words, band in BANDS.items() if words in title["what"].lower()), None)
    if band is None:
        raise _rejected(feed, "missing_table", path, f"sheet {sheet} is titled with a band that is not declared")
    header = next((n for n, row in enumerate(rows) if any(SERVICE.match(str(cell)) for cell in row)), None)
    if header is None:
        raise _rejected(feed, "missing_column", path, f"sheet {sheet} has no header row of (A) and (CYP) services")
    services = {place: str(cell) for place, cell in enumerate(rows[header]) if SERVICE.match(str(cell))}
    labels = _labels([str(cell) for cell in rows[header][: min(services)]])
    if missing := sorted({"org_type", "org_name"} - set(labels)):
        raise _rejected(feed, "missing_column", path, f"sheet {sheet} has no column for {' or '.join(missing)}")
    try:
        month = datetime.strptime(title["month"].title(), "%B %Y").date()  # noqa: DTZ007  a month has no time zone
    except ValueError:
        raise _rejected(feed, "mixed_period", path, f"the title of sheet {sheet} names no month") from None
    return Grid(sheet, band, month, rows, header, labels, services)


def _labels(cells: list[str]) -> dict[str, int]:
    """Where type, code and name stand. The early workbooks leave these headers blank: name last, type before it."""
    named = {_ROLES[cell.strip().lower()]: place for place, cell in enumerate(cells) if cell.strip().lower() in _ROLES}
    if named or len(cells) < 2:
        return named
    return {"org_type": len(cells) - 2, "org_name": len(cells) - 1}


def _rejected(feed: Feed, fault: str, path: Path, message: str) -> FileRejected:
    remedy = "Send the whole monthly Community Health Services waiting-times workbook as NHS England published it."
    return FileRejected(rule_code(feed, fault), path.name, message, remedy)
