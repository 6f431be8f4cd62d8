"""Planting canaries into partners' files: into every column, with a column, a sheet, an element and a file named after one.

Belongs here: changing files of each format. Does not belong here: the canaries (canaries.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import openpyxl
from lxml import etree

from integration.canaries import Canary
from sendjc_pipeline import feeds

PER_COLUMN = 4


@dataclass
class Planter:
    """Gives out one cell's text after another, and keeps which columns of which files have had one."""

    canaries: list[Canary]
    planted: set[tuple[str, str]] = field(default_factory=set)
    _cells: Iterator[str] | None = None

    def cell(self) -> str:
        """The next text: every other one holds all of a child, as a note does."""
        if self._cells is None:
            self._cells = self._texts()
        return next(self._cells)

    def _texts(self) -> Iterator[str]:
        for number, canary in enumerate(cycle(self.canaries)):
            yield canary.everything()
            spellings = canary.spellings()
            yield spellings[number % len(spellings)]

    def file(self, path: Path, feed: str) -> None:
        """Plant into a file, in place."""
        if path.suffix == ".csv":
            self._csv(path, feeds.load(feed).dialect.delimiter)
        elif path.suffix == ".xlsx":
            self._book(path)
        elif path.suffix == ".xml":
            self._xml(path)

    def _grid(self, name: str, rows: list[list[str]]) -> None:
        """Plant into a table whose first row is the header; a table of few rows keeps its first one sound."""
        header, body = rows[0], rows[1:]
        if not body:
            return
        if len(body) < 3:
            body.append(list(body[-1]))
            rows.append(body[-1])
        for place, column in enumerate(header):
            for n in range(PER_COLUMN):
                # Neighbouring columns in neighbouring rows, so that some rows are at fault in one column only.
                row = body[1 + (place * PER_COLUMN + n * 7) % (len(body) - 1)]
                row[place] = self.cell()
            self.planted.add((name, column.lower()))
        header.append(self.canaries[len(header)].surname)
        for row in body:
            row.append(self.cell())

    def _csv(self, path: Path, delimiter: str) -> None:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=delimiter))
        self._grid(path.stem, rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)

    def _book(self, path: Path) -> None:
        book = openpyxl.load_workbook(path)
        for sheet in list(book.worksheets):
            rows = [
                ["" if cell is None else str(cell).removesuffix(" 00:00:00") for cell in row] for row in sheet.values
            ]
            self._grid(sheet.title, rows)
            for number, row in enumerate(rows, start=1):
                for place, cell in enumerate(row, start=1):
                    sheet.cell(number, place, cell or None)
        named = self.canaries[7]
        book.create_sheet(f"{named.surname} {named.nhs_number}").append([named.everything()])
        book.properties.creator = named.everything()
        book.save(path)

    def _xml(self, path: Path) -> None:
        tree = etree.parse(path)
        by_name: dict[str, list[etree._Element]] = {}
        for element in tree.iter():
            if isinstance(element.tag, str) and len(element) == 0:
                by_name.setdefault(element.tag, []).append(element)
        for name, elements in by_name.items():
            for n in range(PER_COLUMN):
                if len(elements) > 1:
                    elements[1 + n * 7 % (len(elements) - 1)].text = self.cell()
            self.planted.add((path.stem, name.lower()))
        for element in list(tree.iter())[10::25]:
            if isinstance(element.tag, str) and len(element):
                etree.SubElement(element, self.canaries[len(element)].surname).text = self.cell()
                element.set("note", self.cell())
        tree.write(path, encoding="utf-8", xml_declaration=True)


def named_after(path: Path, feed: str, canary: Canary) -> Path:
    """Give a file a name with a canary in it that its feed's patterns still take, if it has such a pattern; returns the new path."""
    mark = f"{canary.surname} {canary.nhs_number} {canary.postcode}"
    patterns = [pattern for table in feeds.load(feed).tables.values() for pattern in table.file if "*" in pattern]
    fitting = next((p for p in sorted(patterns, key=len, reverse=True) if path.match(p) and "[" not in p), None)
    if fitting is None:
        return path
    first = mark if fitting[0] == "*" else f" {mark}"
    return path.rename(path.with_name(fitting.replace("*", first, 1).replace("*", "")))
