"""The calendar: quarters, months, years. Nothing else knows what 2024-25-Q4 means.

The canonical period is the quarter of the financial year (Q1 = April to June), by domain rule 7.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

from sendjc_pipeline.settings import SendjcError

FREEZE_DAYS = 42  # a quarter is frozen six weeks after it ends (domain rule 7.9)
RESTATEMENT_DAYS = 126  # and restated once, eighteen weeks after it ends (the same rule)

_QUARTER = re.compile(r"(\d{4})-(\d{2})-Q([1-4])")
_FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


class UnknownPeriod(SendjcError):
    """A text that names no period."""


def _next_month(day: date, months: int = 1) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """A labelled span of days, both ends included."""

    label: str
    start: date
    end: date


@total_ordering
@dataclass(frozen=True)
class Quarter:
    """A quarter of the financial year that begins in April of `year`; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def parse(cls, label: str) -> Quarter:
        """Read a label such as 2024-25-Q4. Raises UnknownPeriod, also when the two years do not follow each other."""
        match = _QUARTER.fullmatch(label)
        if not match or (int(match[1]) + 1) % 100 != int(match[2]):
            raise UnknownPeriod(f"'{label}' is not a quarter; write it as 2024-25-Q4 (January to March 2025).")
        return cls(int(match[1]), int(match[3]))

    @classmethod
    def containing(cls, day: date) -> Quarter:
        """The quarter in which a day lies."""
        month = (day.month - 4) % 12
        return cls(day.year if day.month >= 4 else day.year - 1, month // 3 + 1)

    @classmethod
    def from_start(cls, day: date) -> Quarter:
        """The quarter whose first day this is, as Dagster's partition keys name it. Raises UnknownPeriod for any other day."""
        quarter = cls.containing(day)
        if quarter.start != day:
            raise UnknownPeriod(
                f"{day} is not the first day of a quarter; quarters start on 1 April, July, October and January."
            )
        return quarter

    @property
    def label(self) -> str:
        """Such as 2024-25-Q4."""
        return f"{self.year}-{(self.year + 1) % 100:02d}-Q{self.number}"

    @property
    def start(self) -> date:
        """First day."""
        return _next_month(date(self.year, 4, 1), 3 * (self.number - 1))

    @property
    def end(self) -> date:
        """Last day."""
        return _next_month(self.start, 3) - timedelta(days=1)

    @property
    def freeze(self) -> date:
        """The day from which figures known by then are called final."""
        return self.end + timedelta(days=FREEZE_DAYS)

    @property
    def restatement(self) -> date:
        """The day from which a release is the quarter's restatement."""
        return self.end + timedelta(days=RESTATEMENT_DAYS)

    def stage(self, known_at: date) -> str:
        """What figures known on a day are: provisional before the freeze, frozen from it on, restated from the restatement on."""
        return "provisional" if known_at < self.freeze else "frozen" if known_at < self.restatement else "restated"

    def shift(self, quarters: int) -> Quarter:
        """The quarter so many quarters later (negative: earlier)."""
        return Quarter.containing(_next_month(self.start, 3 * quarters))

    def months(self) -> list[Period]:
        """Its three months."""
        return [period(f"{day:%Y-%m}") for day in (_next_month(self.start, n) for n in range(3))]

    def __lt__(self, other: Quarter) -> bool:
        return (self.year, self.number) < (other.year, other.number)

    def __str__(self) -> str:
        return self.label


FIRST_QUARTER = Quarter(2018, 4)  # January to March 2019: the published series that we compare with begin there


def last_complete(today: date) -> Quarter:
    """The newest quarter that has ended by a given day."""
    return Quarter.containing(today).shift(-1)


def quarters_between(first: Quarter, last: Quarter) -> list[Quarter]:
    """Every quarter from `first` to `last`, both included."""
    span = (last.year - first.year) * 4 + last.number - first.number
    return [first.shift(n) for n in range(span + 1)]


def period(label: str) -> Period:
    """Read the period of a submission: a quarter 2024-25-Q4, a month 2025-03, a calendar year 2024 or a financial year 2024-25.

    A text such as 2011-12 could be a month or a financial year: it is read as the month, because partners send months.

    Raises:
        UnknownPeriod: the text is none of these.
    """
    if _QUARTER.fullmatch(label):
        quarter = Quarter.parse(label)
        return Period(label, quarter.start, quarter.end)
    if match := _MONTH.fullmatch(label):
        start = date(int(match[1]), int(match[2]), 1)
        return Period(label, start, _next_month(start) - timedelta(days=1))
    if (match := _FINANCIAL_YEAR.fullmatch(label)) and (int(match[1]) + 1) % 100 == int(match[2]):
        return Period(label, date(int(match[1]), 4, 1), date(int(match[1]) + 1, 3, 31))
    if _YEAR.fullmatch(label) and 1990 <= int(label) <= 2100:
        return Period(label, date(int(label), 1, 1), date(int(label), 12, 31))
    raise UnknownPeriod(f"'{label}' is not a period; write a quarter 2024-25-Q4, a month 2025-03 or a year 2024.")
