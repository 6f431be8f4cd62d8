"""Waiting lists, queues and the accounting of clocks, in plain Python from domain rules 7.2 and the formulas of docs/pathways.md.

Belongs here: what the lists of given clocks are. Does not belong here: how a clock comes about (clocks.py), or dbt (compare_lists.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .clocks import band_of
from .lives import STOPPED_SENDING
from .records import Setting

SERVICES = {"slt_treatment_18w": ("slt", 126), "ot_treatment_13w": ("ot", 91), "hearing_assessment": ("hearing", 0)}
AREAS = ("nottingham", "nottinghamshire", "derby", "newcastle")
BOARD = "qt1"  # Nottingham and Nottinghamshire together
ALWAYS = ("duplicate_in_spell", "rejected", "impossible", "historical")
WHILE_OPEN = ("incomplete", "deceased", "aged_out")  # what was completed before is no less a wait
FEWEST_FOR_A_PERCENTILE = 10


class Wait(NamedTuple):
    """A clock as it stands at the quarter's end; `flags` are all that are said of it."""

    case: str
    clock: str
    person: str
    area: str
    provider: str
    start: date
    stop: date | None
    end: date | None
    status: str
    flags: tuple[str, ...]


class Cell(NamedTuple):
    """What a row of the waiting list is about."""

    period: str
    state: str
    clock: str
    area: str
    provider: str
    band: str


class Figures(NamedTuple):
    """What it says; None where nobody can."""

    children: int | None
    pathways: int | None
    mean: float | None = None
    median: float | None = None
    p92: float | None = None


def reason(wait: Wait) -> str:
    """`counted`, or the first reason against it; where the child lives is asked last."""
    if wait.status in ("not_started", "nullified"):
        return wait.status
    for flag in ALWAYS:
        if flag in wait.flags:
            return flag
    for flag in WHILE_OPEN:
        if flag in wait.flags and wait.status == "open":
            return flag
    return "counted" if wait.area in AREAS else "not_resident"


def months(setting: Setting) -> list[tuple[str, date, date]]:
    """The twelve months that end with the quarter: name, first and last day."""
    found, last = [], setting.as_of
    for _ in range(12):
        first = last.replace(day=1)
        found.append((f"{first:%Y-%m}", first, last))
        last = first - timedelta(days=1)
    return found[::-1]


def waits_at(wait: Wait, day: date) -> bool:
    """Open on that day by its own dates: what stops or ends on the day no longer waits."""
    return wait.start <= day and all(other is None or other > day for other in (wait.stop, wait.end))


def _states(wait: Wait, first: date, last: date) -> Iterator[tuple[str, int | None]]:
    """Each state that the clock has in a period, with the days waited."""
    if waits_at(wait, last):
        yield "waiting", (last - wait.start).days
    if wait.status == "stopped" and wait.stop and first <= wait.stop <= last:
        yield "completed", (wait.stop - wait.start).days
    if wait.status == "ended" and wait.end and first <= wait.end <= last:
        yield "left", (wait.end - wait.start).days
    if first <= wait.start <= last:
        yield "arrived", None


def quantile(values: Sequence[int], share: float) -> float:
    """The linearly interpolated quantile."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def waiting_list(waits: Iterable[Wait], setting: Setting) -> dict[Cell, Figures]:
    """Every row of the list, noughts too."""
    periods = [*months(setting), (setting.label, setting.start, setting.as_of)]
    held: dict[tuple[str, ...], list[tuple[str, int | None]]] = defaultdict(list)
    for period, state, wait, days in _placed(waits, periods):
        for area in [wait.area, BOARD] if wait.area in AREAS[:2] else [wait.area]:
            for provider in (wait.provider, "Total"):
                held[period, state, wait.clock, area, provider].append((wait.person, days))
    cells = {key[2:] for key in held}
    found = {}
    for clock, area, provider in cells:
        # A sum over providers is silent when one of them is.
        silent = (clock, area, STOPPED_SENDING) in cells and provider in (STOPPED_SENDING, "Total")
        for period, _, last in periods:
            for state in ("waiting", "completed", "left", "arrived"):
                there = held.get((period, state, clock, area, provider), [])
                is_told = not silent or last <= setting.periods[1].end
                for band, figures in _banded(state, there):
                    cell = Cell(period, state, clock, area, provider, band)
                    found[cell] = figures if is_told else Figures(None, None)
    return found


def _placed(
    waits: Iterable[Wait], periods: Sequence[tuple[str, date, date]]
) -> Iterator[tuple[str, str, Wait, int | None]]:
    for wait in waits:
        if reason(wait) == "counted":
            for period, first, last in periods:
                for state, days in _states(wait, first, last):
                    yield period, state, wait, days


def _banded(state: str, there: Sequence[tuple[str, int | None]]) -> Iterator[tuple[str, Figures]]:
    longest: dict[str, int | None] = {}
    for person, days in there:
        longest[person] = days if days is None else max(days, longest.get(person) or 0)
    if state == "arrived":
        yield "total", Figures(len(longest), len(there))
        return
    days_of_children = [days for days in longest.values() if days is not None]
    days_of_pathways = [days for _, days in there if days is not None]
    for band in ("0-7", "8-14", "15-28", "29-84", "85-126", "127-364", "365+"):
        counts = [sum(band_of(days) == band for days in some) for some in (days_of_children, days_of_pathways)]
        yield band, Figures(*counts)
    measured = days_of_children if state == "waiting" else days_of_pathways
    mean = sum(measured) / len(measured) / 7 if measured else None
    shares = [
        quantile(measured, share) / 7 if len(measured) >= FEWEST_FOR_A_PERCENTILE else None for share in (0.5, 0.92)
    ]
    yield "total", Figures(len(longest), len(there), mean, *shares)


class Queue(NamedTuple):
    """What a row of the queues says, from the three counts."""

    load: float | None
    pressure: float | None
    target: float | None
    weeks_to_clear: float | None
    needed: float | None


def queues(rows: dict[Cell, Figures], setting: Setting, meet_by: date | None) -> dict[tuple[str, str, str], Queue]:
    """Every queue of the quarter; the standard is to be met by that day, if there is one."""
    weeks = ((setting.as_of - setting.start).days + 1) / 7
    found = {}
    for clock, area, provider in {(c.clock, c.area, c.provider) for c in rows}:
        arrived, seen, list_ = (
            rows[Cell(setting.label, state, clock, area, provider, "total")]
            for state in ("arrived", "completed", "waiting")
        )
        came, gone, length = arrived.pathways, seen.pathways, list_.pathways
        standard = SERVICES[clock][1] / 7
        if came is None or gone is None or length is None:
            found[clock, area, provider] = Queue(None, None, None, None, None)
            continue
        target = came / weeks * standard / 4 if standard and came and meet_by else None
        needed = None
        if target is not None and meet_by is not None:
            needed = came / weeks + max(length - target, 0) / ((meet_by - setting.as_of).days / 7)
        found[clock, area, provider] = Queue(
            came / gone if gone else None,
            2 * list_.mean / standard if standard and list_.mean is not None else None,
            target,
            length / (gone / weeks) if gone else None,
            needed,
        )
    return found
