"""What a council's return may say of a child: requests, and the assessments and plans that followed, also in ways that cannot be."""

from __future__ import annotations

from datetime import date

from .choices import Choices
from .days import a_start, a_stop, plus
from .records import ActivePlan, Assessment, Child, NamedPlan, Request, Setting

_COUNCILS = ("nottingham", "nottinghamshire", "derby", "newcastle")
_DECISIONS = "YYYYYYYYYYYYNNNNAAWWHH"
_OUTCOMES = "YYYYYYYYYYYYNNNNNAAAWHHS"
_LIMITS = (140, 112, 42)


def add_requests(c: Choices, setting: Setting, child: Child, name: str) -> None:
    """One to three requests; a later one may be in another authority, the first being exported (7.12: the child moves)."""
    moves = c.chance(15)
    count = 2 if moves else 1 + c.chance(20) + c.chance(5)
    council = c.pick(_COUNCILS)
    for number in range(count):
        if moves and number == 1:
            council = c.pick([other for other in _COUNCILS if other != council])
        exported = c.pick(("892", "x")) if moves and number == 0 else "0" if c.chance(10) else None
        _add_request(c, setting, child, f"{name}_{number}", council, exported)


def _add_request(c: Choices, setting: Setting, child: Child, name: str, council: str, exported: str | None) -> None:
    received = a_start(c, setting, _LIMITS)
    outcome = c.pick(_DECISIONS)
    decided = _a_day(c, setting, received, (42,)) if outcome in "YNW" else None
    child.requests.append(
        Request(council, f"r{name}", child.person.key, received, outcome, decided, exported, c.chance(4))
    )
    goes_on = outcome in "YH" or (outcome == "N" and c.chance(30))  # a refusal overturned (7.12)
    if goes_on and c.chance(95):
        _add_assessment(c, setting, child, f"{name}_0", council, f"r{name}", received)
        if child.assessments[-1].outcome == "N" and c.chance(25):
            _add_assessment(c, setting, child, f"{name}_1", council, f"r{name}", received)


def _add_assessment(
    c: Choices, setting: Setting, child: Child, name: str, council: str, request: str, received: date
) -> None:
    outcome = c.pick(_OUTCOMES)
    limits = (112,) if outcome == "N" else (140,)
    day = _a_day(c, setting, received, limits) if outcome in "YNWS" else None
    child.assessments.append(Assessment(council, f"a{name}", request, outcome, day, c.chance(20)))
    likely = {"Y": 90 if day else 25, "N": 30, "H": 70, "S": 80}.get(outcome, 0)
    if c.chance(likely):
        start = day if day and outcome in "YS" and c.chance(70) else plus(day or received, c.below(200))
        child.plans.append(NamedPlan(council, f"n{name}", f"a{name}", start))
        if c.chance(60):
            transfer = c.pick(("831", "998")) if c.chance(10) else None
            child.active_plans.append(ActivePlan(council, f"l{name}", request, transfer))


def _a_day(c: Choices, setting: Setting, received: date, limits: tuple[int, ...]) -> date | None:
    return None if c.chance(7) else a_stop(c, setting, received, limits)
