"""What local files may say of a child: a wait for sleep support, a sensory need, equipment or short breaks, told file by file."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from .choices import Choices
from .days import a_start, a_stop, plus
from .records import Caseload, Child, Item, Package, Period, Setting, Sleep, Step

_COUNCILS = ("derby", "nottingham", "nottinghamshire", "newcastle")
_PROVIDERS = ("RHA", "RY8", "RTD")
_FEEDS = ("sleep_support", "sensory_support", "equipment", "short_breaks")
_BY_PROVIDERS_TOO = ("sleep_support", "equipment")
SENT_LOCALLY = (
    *((council, feed) for council in _COUNCILS for feed in _FEEDS),
    *((provider, feed) for provider in _PROVIDERS for feed in _BY_PROVIDERS_TOO),
)
"""Who sends which file."""
_NEEDS = ("HI", "VI", "MSI", "SP")
_EQUIPMENT = ("SEAT", "COMM", "SEAT", "MOB")
_BREAKS = ("DAY", "NR", "DAY", "HC")
_STANDS = ("received", "listed")
_LIMITS = (42, 42, 126)
Row = TypeVar("Row", bound=Any)


def add_local_rows(c: Choices, setting: Setting, child: Child, name: str) -> None:
    """One to three waits of one kind at one sender; a later one begins about when the one before was over."""
    add, feed = c.pick((
        (_add_sleep, "sleep_support"), (_add_caseload, "sensory_support"),
        (_add_item, "equipment"), (_add_package, "short_breaks"),
    ))  # fmt: skip
    sender = c.pick([sender for sender, sent in SENT_LOCALLY if sent == feed])
    received = a_start(c, setting, _LIMITS)
    for number in range(1 + c.chance(45) + c.chance(15)):
        over = add(c, setting, child, sender, f"{name}_{number}", received)
        received = plus(over, c.pick((5, 6, 4, 0, 1, 30, -3))) if over and c.chance(80) else plus(received, c.below(60))


def _maybe(c: Choices, setting: Setting, received: date, per_cent: int) -> date | None:
    return a_stop(c, setting, received, _LIMITS) if c.chance(per_cent) else None


def _add_sleep(c: Choices, setting: Setting, child: Child, sender: str, name: str, received: date) -> date | None:
    discharged = _maybe(c, setting, received, 35)
    rejected = plus(received, c.below(30)) if c.chance(15) else None
    accepted = plus(received, c.below(30)) if c.chance(50) else None
    seen = _maybe(c, setting, received, 55)
    whole = Sleep(
        sender, 0, f"n{name}", child.person.key, received, accepted, rejected, seen, discharged, has_lost_rows=False
    )
    told = _told(c, setting, whole, discharged)
    child.sleeps += told
    for number in range(c.pick((0, 1, 2, 3))):
        attended = seen if number == 0 and c.chance(60) else _maybe(c, setting, received, 70)
        step = Step(sender, 0, f"e{name}_{number}", f"n{name}", str(number + 1), received, attended)
        child.steps += [_known(step, setting.periods[row.period]) for row in told if c.chance(90)]
    return discharged or rejected


def _add_caseload(c: Choices, setting: Setting, child: Child, sender: str, name: str, received: date) -> date | None:
    ended = _maybe(c, setting, received, 35)
    taken_on = _maybe(c, setting, received, 50)
    whole = Caseload(
        sender, 0, f"k{name}", child.person.key, c.pick(_NEEDS), received, assessed=_maybe(c, setting, received, 60),
        band=c.pick((None, "3", "0", "5")), visits=c.pick((None, 0, 3)), taken_on=taken_on, visited=_maybe(c, setting, received, 50),
        ended=ended, reason=c.pick(("1", "4", "9")) if ended else None, has_lost_rows=False,
    )  # fmt: skip
    child.caseloads += _told(c, setting, whole, ended)
    return ended


def _add_item(c: Choices, setting: Setting, child: Child, sender: str, name: str, received: date) -> date | None:
    decision = c.pick(("A", "A", "D", None))
    delivered = _maybe(c, setting, received, 60 if decision != "D" else 5)
    whole = Item(
        sender, 0, f"i{name}", child.person.key, c.pick(_EQUIPMENT), received, assessed=_maybe(c, setting, received, 50),
        decided=_maybe(c, setting, received, 90 if decision else 5), decision=decision, delivered=delivered, has_lost_rows=False,
    )  # fmt: skip
    child.items += _told(c, setting, whole, delivered)
    return delivered


def _add_package(c: Choices, setting: Setting, child: Child, sender: str, name: str, received: date) -> date | None:
    ended = _maybe(c, setting, received, 30)
    asked = None if c.chance(8) else received
    whole = Package(
        sender, 0, f"b{name}", child.person.key, c.pick(_BREAKS), asked, agreed=_maybe(c, setting, received, 60),
        begun=_maybe(c, setting, received, 60), ended=ended, hours=c.pick((None, 0.0, 7.5)), has_lost_rows=False,
    )  # fmt: skip
    child.packages += _told(c, setting, whole, ended)
    return ended


def _told(c: Choices, setting: Setting, whole: Row, over: date | None) -> list[Row]:
    """The row as each file has it: those of the quarters in which it was open, at times no longer, and of days what had happened by then."""
    received = whole.received or setting.start
    told = [p for p in setting.periods if received <= p.end and not (over and over < p.start)]
    if len(told) > 1 and c.chance(15):
        told = told[: 1 + c.below(len(told) - 1)]
    rows: list[Row] = [_known(whole, period) for period in told or setting.periods[-1:]]
    if c.chance(15):  # what a sender knows ahead of the day, or corrects later
        rows[-1] = whole._replace(period=rows[-1].period)
    return [row._replace(has_lost_rows=c.chance(2)) for row in rows]


def _known(row: Row, period: Period) -> Row:
    """The row without the days that had not come by the end of the quarter; the day that it was asked for always stands."""
    later = [name for name, day in row._asdict().items() if isinstance(day, date) and day > period.end]
    told: Row = row._replace(period=period.place, **{name: None for name in later if name not in _STANDS})
    return told
