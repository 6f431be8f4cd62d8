"""The cells of one sheet, column by column, as the text that a CSV would have held.

Belongs here: what a reader of tables asks of a sheet, and the answers of the library. Does not belong here: sheets so plain that they are read
without it (`plain_sheet`), or what stands in the rows (`sheet_table`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, Protocol

import polars as pl
from python_calamine import CalamineSheet

from sendjc_pipeline.feeds.model import Dialect
from sendjc_pipeline.submissions.readers.cell_texts import texts

_SLAB = 20_000
Ranges = list[tuple[tuple[int, int], tuple[int, int]]]


class Cells(Protocol):
    """A sheet's rectangle of cells; columns and rows are Excel's, from 1."""

    @property
    def first_column(self) -> int | None:
        """The first column of the rectangle; None when the sheet holds nothing."""

    @property
    def last_row(self) -> int:
        """The last row of the rectangle."""

    @property
    def merged(self) -> Ranges:
        """Merged cells as ((top, left), (bottom, right)), from 0 as the library counts."""

    def top(self, rows: int) -> list[list[Any]]:
        """The values of the first rows, from Excel's row 1 and `first_column` on."""

    def slabs(
        self, below: int, columns: Collection[int], dialect: Dialect
    ) -> Iterator[tuple[int, dict[int, pl.Series]]]:
        """The rows below that one: Excel's number of a slab's first row, and the texts of the asked columns, '' where a cell is blank."""


class LibraryCells:
    """The cells as the library holds them."""

    def __init__(self, sheet: CalamineSheet) -> None:
        """`sheet` is read already."""
        self._sheet = sheet
        self.first_column = None if sheet.start is None else sheet.start[1] + 1
        self.last_row = (sheet.end or (0, 0))[0] + 1
        self.merged: Ranges = sheet.merged_cell_ranges or []

    def top(self, rows: int) -> list[list[Any]]:
        """As `Cells`."""
        return list(islice(self._sheet.iter_rows(), rows))

    def slabs(
        self, below: int, columns: Collection[int], dialect: Dialect
    ) -> Iterator[tuple[int, dict[int, pl.Series]]]:
        """As `Cells`, so many rows at a time that their Python values need little memory."""
        rows, number = self._sheet.iter_rows(), below + 1
        first = self.first_column or 1
        for _ in islice(rows, below):
            pass
        while slab := list(islice(rows, _SLAB)):
            cells = list(zip(*slab, strict=True))
            yield number, {place: texts(cells[place - first], dialect) for place in columns}
            number += len(slab)
