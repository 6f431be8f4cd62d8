"""A seed as rows that know where they stand, and a fault in one of them.

Belongs here: reading, dates, and what is at fault said in one line. Does not belong here: any rule about what a seed holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class SeedFault:
    """One fault: file, row as a spreadsheet counts it, what is wrong and how to mend it."""

    file: str
    row: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"seeds/reference/{self.file} row {self.row}: {self.what}; {self.remedy}"


@dataclass(frozen=True)
class SeedRow:
    """One row of a seed: its values by column, a blank where there is none."""

    file: str
    number: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def key(self, *columns: str) -> tuple[str, ...]:
        """The values of some columns."""
        return tuple(self.values[column] for column in columns)

    def day(self, column: str) -> date | None:
        """A date, or None where there is none or none that can be read (`unreadable_days` tells of those)."""
        try:
            return date.fromisoformat(self.values[column])
        except ValueError:
            return None

    def fault(self, what: str, remedy: str) -> SeedFault:
        """A fault of this row."""
        return SeedFault(self.file, self.number, what, remedy)


def read(folder: Path, name: str) -> list[SeedRow]:
    """The rows of a seed; the header is row 1. A seed that is not there has none."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, restval="")
        return [SeedRow(path.name, number, {k: v or "" for k, v in row.items()}) for number, row in enumerate(rows, 2)]


def twice(rows: Iterable[SeedRow], *columns: str) -> Iterator[tuple[SeedRow, SeedRow]]:
    """Each row whose values of the columns an earlier row has, with that one."""
    first: dict[tuple[str, ...], SeedRow] = {}
    for row in rows:
        earlier = first.setdefault(row.key(*columns), row)
        if earlier is not row:
            yield row, earlier


def unreadable_days(rows: Iterable[SeedRow], *columns: str) -> Iterator[SeedFault]:
    """Each date that is neither blank nor a day."""
    for row in rows:
        for column in columns:
            if row[column] and row.day(column) is None:
                yield row.fault(f"{column} '{row[column]}' is no day", "write it as 2024-07-31")
