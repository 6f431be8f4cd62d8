"""The calendar of a school census: its spec, census day, and the term that it asks about.

Belongs here: which quarter has which census. Does not belong here: pupils. A census asks about the term before it (declaration of school_census).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sendjc_pipeline import feeds
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal

_TERM = {1: "summer", 3: "autumn", 4: "spring"}
CODE = {"summer": "SUM", "autumn": "AUT", "spring": "SPR"}


@dataclass(frozen=True)
class Term:
    """A census. Days since 1970; `first` to `last` is the term told, with `possible` sessions for who was there throughout.

    `half` is the second half of the summer term, told by autumn censuses only: first day, last day, sessions. `start_year` is the year in
    which the academic year of the census began.
    """

    spec: str
    name: str
    day: date
    start_year: int
    first: int
    last: int
    possible: int
    half: tuple[int, int, int] | None = None

    @property
    def census(self) -> int:
        """The census day."""
        return cal.day(self.day)

    @property
    def told(self) -> int:
        """The last day told."""
        return self.half[1] if self.half else self.last


def term_of(quarter: Quarter) -> Term | None:
    """The census of a quarter, None in the one that has none; a census that no spec is declared for has the newest layout of its term."""
    name = _TERM.get(quarter.number)
    if name is None:
        return None
    year = quarter.end.year
    known = [spec for spec in feeds.load("school_census").specs if spec.endswith(name)]
    spec = f"{year}-{name}" if f"{year}-{name}" in known else known[-1]
    if name == "autumn":
        half = (cal.day(date(year, 6, 3)), cal.day(date(year, 7, 17)), 64)
        return Term(
            spec, name, _thursday(year, 10, 1), year, cal.day(date(year, 4, 16)), cal.day(date(year, 5, 24)), 54, half
        )
    if name == "spring":
        return Term(
            spec,
            name,
            _thursday(year, 1, 3),
            year - 1,
            cal.day(date(year - 1, 9, 5)),
            cal.day(date(year - 1, 12, 19)),
            140,
        )
    return Term(spec, name, _thursday(year, 5, 3), year - 1, cal.day(date(year, 1, 7)), cal.day(date(year, 3, 27)), 112)


def _thursday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 7 * (which - 1))
