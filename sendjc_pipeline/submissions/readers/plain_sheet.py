"""A sheet of plain rows, read twice as fast as by the library and to the same values; any other sheet is left to the library.

Belongs here: when a sheet is plain, and its cells as texts. Does not belong here: its bytes (`plain_columns`). What a number, a date or a shared
text means is still the library's answer: it is asked once for each that differs, in a small workbook with the same styles and texts.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from sendjc_pipeline.feeds.model import Dialect
from sendjc_pipeline.submissions.readers.cell_texts import texts
from sendjc_pipeline.submissions.readers.plain_columns import read_columns
from sendjc_pipeline.submissions.readers.sheet_cells import Ranges
from sendjc_pipeline.submissions.readers.workbook_bytes import inflated
from sendjc_pipeline.submissions.readers.workbook_guard import Part

_Answers = dict[int, tuple[pl.Series, list[Any]]]
_SHEETS = "xl/worksheets/"
_WORTH_ASKING = 8  # where more than each so manyth cell is to be asked for, the library is as fast by itself


@dataclass(frozen=True)
class PlainCells:
    """The cells of a plain sheet (`sheet_cells.Cells`)."""

    columns: dict[int, pl.Series]
    """As `plain_columns.read_columns` gives them."""
    answers: _Answers
    """By column: the XML that stands in it for cells that hold no plain text, and the values of those."""
    last_row: int
    first_column: int | None = 1
    merged: Ranges = field(default_factory=list)

    def top(self, rows: int) -> list[list[Any]]:
        """As `Cells`."""
        blank = [""] * min(rows, self.last_row)
        found = []
        for place in range(1, max(self.columns) + 1):
            written = self.columns[place][:rows].to_list() if place in self.columns else blank
            meant = dict(zip(*self.answers[place], strict=True)) if place in self.answers else {}
            found.append([meant.get(text, text) for text in written])
        return [list(row) for row in zip(*found, strict=True)]

    def slabs(
        self, below: int, columns: Collection[int], dialect: Dialect
    ) -> Iterator[tuple[int, dict[int, pl.Series]]]:
        """As `Cells`, all rows at once: they take a tenth of what they take as Python's values."""
        if height := max(self.last_row - below, 0):
            blank = pl.repeat("", height, dtype=pl.String, eager=True)
            yield (
                below + 1,
                {place: self._texts(place, dialect)[below:] if place in self.columns else blank for place in columns},
            )

    def _texts(self, place: int, dialect: Dialect) -> pl.Series:
        if place not in self.answers:
            return self.columns[place]
        written, values = self.answers[place]
        return self.columns[place].replace(written, texts(values, dialect))


def read_plain(path: Path, name: str, home: str, part: Part) -> PlainCells | None:
    """The cells of the sheet of that name, whose part is `home`; None where only the library can tell.

    `part` is what the guard saw in it.
    """
    if part.has_formula or part.errors or part.merged or part.has_unplaced or not part.cells:
        return None
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            info = archive.getinfo(home)
            columns = read_columns(inflated(file, info), info.CRC)
            # The library's rectangle begins at the first cell that is there, which a text in A1 settles.
            if 1 not in columns or not columns[1][0]:
                return None
            answers = _answers(archive, name, home, columns, part.cells // _WORTH_ASKING)
    except (ValueError, KeyError, OSError, zlib.error, zipfile.BadZipFile, etree.XMLSyntaxError, CalamineError):
        return None
    return None if answers is None else PlainCells(columns, answers, len(columns[1]))


def _answers(
    archive: zipfile.ZipFile, name: str, home: str, columns: dict[int, pl.Series], most: int
) -> _Answers | None:
    """The library's values of the cells that are not plain text; None where it had better read the sheet itself."""
    asked = {place: _unique(column) for place, column in columns.items()}
    cells = [cell for written in asked.values() for cell in written]
    if not cells:
        return {}
    if len(cells) > most:
        return None
    values = [row[0] for row in _small_book(archive, home, cells).get_sheet_by_name(name).iter_rows()]
    # A blank among them may stand for a cell that is not there.
    if len(values) != len(cells) or "" in values:
        return None
    left = iter(values)
    return {place: (written, list(islice(left, len(written)))) for place, written in asked.items() if len(written)}


def _unique(column: pl.Series) -> pl.Series:
    return column.filter(column.str.starts_with(" ") | column.str.starts_with(">")).unique()


def _small_book(archive: zipfile.ZipFile, home: str, cells: list[str]) -> CalamineWorkbook:
    """The workbook with these cells alone, one below the other, in the sheet."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"{cell}</row>' for n, cell in enumerate(cells, start=1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as small:
        for name in archive.namelist():
            if not name.startswith(_SHEETS):
                small.writestr(name, archive.read(name))
        small.writestr(home, f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
    packed.seek(0)
    return CalamineWorkbook.from_filelike(packed)
