"""Days that matter: limits and the day after, edges of the quarter, 29 February, the clock changes, ten years. The calendar is datetime's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from .choices import Choices
from .records import Setting

_LEAP_DAYS = tuple(date(year, 2, 29) for year in (2016, 2020, 2024))
_CLOCK_CHANGES = tuple(map(date.fromisoformat, ("2023-03-26", "2024-03-31", "2025-03-30", "2023-10-29", "2024-10-27")))


def plus(day: date, days: int) -> date:
    """So many days later."""
    return day + timedelta(days=days)


def months_after(day: date, months: int) -> date:
    """So many calendar months later or, below 0, earlier; where the month has no such day, its 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return day.replace(year=day.year + years, month=month + 1, day=28)


def ten_years_after(day: date) -> date:
    """The tenth anniversary; of 29 February, the 28th where there is no 29th."""
    try:
        return day.replace(year=day.year + 10)
    except ValueError:
        return day.replace(year=day.year + 10, day=28)


def a_start(c: Choices, setting: Setting, limits: Sequence[int]) -> date:
    """A day to begin to wait: mostly one that meets an edge at the quarter's end."""
    kind, nudge = c.below(10), c.pick((0, 1, -1))
    if kind < 3:
        return plus(setting.as_of, -c.pick(limits) + nudge)
    if kind == 3:
        return plus(c.pick((setting.start, setting.as_of, setting.known_at)), nudge)
    if kind == 4:
        return plus(c.pick((*_LEAP_DAYS, *_CLOCK_CHANGES)), nudge)
    if kind == 5 and c.chance(50):
        return plus(setting.as_of.replace(year=setting.as_of.year - 10, day=28), c.below(8))
    return c.between(plus(setting.as_of, -900), setting.as_of)


def a_stop(c: Choices, setting: Setting, start: date, limits: Sequence[int]) -> date:
    """A day on which a wait that began on `start` stops or ends, or on which something is booked."""
    kind, nudge = c.below(12), c.pick((0, 1, -1))
    if kind < 4:
        return plus(start, c.pick(limits) + nudge)
    if kind < 6:
        edge = plus(c.pick((setting.as_of, setting.start)), nudge)
        return edge if edge >= start else plus(start, c.below(30))
    if kind == 6:
        return plus(c.pick((*_LEAP_DAYS, *_CLOCK_CHANGES)), nudge) if c.chance(20) else plus(start, c.below(3))
    if kind == 7 and c.chance(20):
        return plus(start, -c.pick((1, 30, 400)))
    if kind == 8 and c.chance(30):
        return plus(ten_years_after(start), nudge)
    return plus(start, c.below(500))
