"""The waits that local files tell of (domain sources 3.6, rules 1.1, 1.2, 7.2 and 7.10): what a child's rows mean at one sender.

- The newest file that holds a row is right about it; a row that is no longer sent was closed with the last quarter in which it was seen,
  because each file holds all that was open in its quarter.
- Sleep: the wait ends with the first contact that the child attended, in any step. Sensory need: assessed, or visited at the latest; the
  wait for help ends with the first visit. Equipment: delivered. Short break: first used.
- Turned away: rejected and not accepted later (sleep), declined (equipment), not eligible before being taken on or visited (sensory).
- Two waits of one child, sender and kind are a spell as everywhere (7.2); another kind of equipment or break, or another need, is another
  wait. It counts where the child lives (7.10).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from .clocks import Answer, Running, of_person, read
from .days import plus
from .records import Child, Setting

_SPELL_GAP_DAYS = 5
_SENSORY = {"HI": "hearing", "VI": "vision", "MSI": "multi_sensory", "SP": "sensory_processing"}
CLOCKS = (
    "sleep_contact", "equipment_delivery", "short_break_start",
    *(f"{need}_{what}" for need in _SENSORY.values() for what in ("assessment", "contact")),
)  # fmt: skip
"""Every clock of a local file."""
Days = Sequence[date | None]


class _Wait(NamedTuple):
    """One thing that was asked for: when, until when, and by clock the days that stop it."""

    received: date
    key: str
    over: date | None
    rejected: date | None
    has_lost_rows: bool
    stops: dict[str, Days]


def answers(child: Child, setting: Setting) -> list[Answer]:
    """One answer for each clock of each thing asked for: of the spell for its first, joined for the others."""
    found: list[Answer] = []
    for sender, waits in _groups(child, setting):
        for spell in _spells(waits):
            found += _of_spell(child, sender, spell, setting)
    return found


def _groups(child: Child, setting: Setting) -> Iterator[tuple[str, list[_Wait]]]:
    """The waits of each sender and kind."""
    groups: dict[tuple[str, str], list[_Wait]] = {}
    for sender, kind, wait in _waits(child, setting):
        groups.setdefault((sender, kind), []).append(wait)
    for (sender, _), waits in sorted(groups.items()):
        yield sender, waits


def _waits(child: Child, setting: Setting) -> Iterator[tuple[str, str, _Wait]]:
    steps = _newest(child.steps)
    for r, lost in _told(child.sleeps):
        attended = [s.attended for s in steps if (s.sender, s.referral) == (r.sender, r.referral)]
        is_rejected = r.rejected is not None and not (r.accepted is not None and r.accepted > r.rejected)
        stops = {"sleep_contact": [r.seen, *attended]}
        yield (
            r.sender,
            "sleep",
            _wait(r, r.referral, [r.discharged], r.rejected if is_rejected else None, lost, stops, setting),
        )
    for k, lost in _told(child.caseloads):
        name = _SENSORY[k.need]
        never_taken_on = k.taken_on is None and k.visited is None and (k.band == "0" or k.reason == "4")
        stops = {f"{name}_assessment": [k.assessed, k.visited], f"{name}_contact": [k.visited]}
        rejected = (k.ended or k.assessed) if never_taken_on else None
        yield k.sender, name, _wait(k, k.caseload, [k.ended], rejected, lost, stops, setting)
    for i, lost in _told(child.items):
        declined = i.decided if i.decision == "D" else None
        stops = {"equipment_delivery": [i.delivered]}
        yield i.sender, f"equipment {i.kind}", _wait(i, i.item, [i.delivered], declined, lost, stops, setting)
    for b, lost in _told(child.packages):
        if b.received is not None:  # without a day of asking there is no wait to tell
            stops = {"short_break_start": [b.begun]}
            yield b.sender, f"break {b.kind}", _wait(b, b.package, [b.ended], None, lost, stops, setting)


def _wait(
    row: Any, key: str, over: Days, rejected: date | None, lost: bool, stops: dict[str, Days], setting: Setting
) -> _Wait:
    said = _first([*over, rejected])
    last_seen = setting.periods[row.period].end
    if said is None and last_seen < setting.as_of:
        said = last_seen
    return _Wait(row.received, key, said, rejected if rejected == said else None, lost, stops)


def _told(rows: Sequence[Any]) -> Iterator[tuple[Any, bool]]:
    """Each row as its newest file has it, and whether any file lost rows of it."""
    for newest in _newest(rows):
        yield newest, any(row.has_lost_rows for row in rows if row[0] == newest[0] and row[2] == newest[2])


def _newest(rows: Iterable[Any]) -> list[Any]:
    found: dict[object, Any] = {}
    for row in sorted(rows, key=lambda row: row.period):
        found[row[0], row[2]] = row
    return list(found.values())


def _spells(waits: Sequence[_Wait]) -> list[list[_Wait]]:
    spells: list[list[_Wait]] = []
    until: date | None = None
    for wait in sorted(waits, key=lambda w: (w.received, w.key)):
        open_until = None if wait.over is None else max(wait.over, wait.received)
        if spells and (until is None or wait.received <= plus(until, _SPELL_GAP_DAYS)):
            spells[-1].append(wait)
            until = None if until is None or open_until is None else max(until, open_until)
        else:
            spells.append([wait])
            until = open_until
    return spells


def _of_spell(child: Child, sender: str, spell: Sequence[_Wait], setting: Setting) -> Iterator[Answer]:
    person, area = child.person, child.person.area or "unknown"
    outside = frozenset({"not_resident"} if area in ("elsewhere", "unknown") else ())
    lost = frozenset({"incomplete"} if any(w.has_lost_rows for w in spell) else ())
    for clock in spell[0].stops:
        stop = _first([day for wait in spell for day in wait.stops[clock]])
        first = Running(
            spell[0].received, stop, _last([w.over for w in spell]), None, _last([w.rejected for w in spell]),
            outside, of_person(person) | lost,
        )  # fmt: skip
        joined = [
            Running(w.received, None, w.received, None, None, outside | {"duplicate_in_spell"}, of_person(person))
            for w in spell[1:]
        ]
        for case in (first, *joined):
            yield read(clock, None, sender, area, person, case, setting)


def _first(days: Days) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _last(days: Days) -> date | None:
    """The last of the days, if each has happened."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None
