"""What a clock says at the quarter's end: the state, the days and what takes it out. Shared by plans and waits.

From domain rules 7.1 and 7.2: days are calendar days and the limit day is inside; open is started by Q and not settled by Q; what cannot
be (a stop before its start, a start after the freeze date, more than ten years) is kept, named and not counted.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from .days import plus, ten_years_after
from .records import Person, Setting

# Upper ends of the bands of the national community waiting list (7.2); day 365 belongs to the last.
_BANDS = ((7, "0-7"), (14, "8-14"), (28, "15-28"), (84, "29-84"), (126, "85-126"), (364, "127-364"))


class Answer(NamedTuple):
    """One clock of one case. `settled` is the day on which it stopped or ended by the quarter's end; `left_out` names the reasons in order.

    A clock that no document gives a limit has no due day, and is neither over it nor not.
    """

    person: str
    clock: str
    provider: str
    area: str
    start: date
    due: date | None
    status: str
    settled: date | None
    wait: int | None
    band: str | None
    is_over: bool | None
    left_out: str
    is_counted: bool


class Running(NamedTuple):
    """What happened to a case, as far as one clock cares.

    `always` and `while_open` take it out of counts, the latter only while it is open; `marks` are said and take nothing out. A rejection
    takes out what it ended (7.2: rejected at triage <= Q); a child who was treated all the same was not turned away (0005).
    """

    start: date
    stop: date | None
    end: date | None
    void: date | None
    rejected: date | None
    always: frozenset[str]
    while_open: frozenset[str]
    marks: frozenset[str] = frozenset()


def band_of(wait: int) -> str:
    """The band of a wait in days."""
    return next((name for last, name in _BANDS if wait <= last), "365+")


def read(
    clock: str, limit: int | None, provider: str, area: str, person: Person, case: Running, setting: Setting
) -> Answer:
    """The clock at the quarter's end, with a limit in days or none."""
    due = None if limit is None else plus(case.start, limit)
    return read_until(clock, due, provider, area, person, case, setting)


def read_until(
    clock: str, due: date | None, provider: str, area: str, person: Person, case: Running, setting: Setting
) -> Answer:
    """The clock at the quarter's end, with the last day that is in time."""
    status, settled = state(case, setting.as_of)
    runs = status in ("open", "stopped", "ended")
    wait = ((settled or setting.as_of) - case.start).days if runs else None
    always = case.always | ({"impossible"} if _is_impossible(case, wait, setting) else frozenset())
    if status == "ended" and case.rejected is not None and case.rejected <= setting.as_of:
        always |= {"rejected"}
    left_out = always | case.while_open | case.marks
    is_counted = runs and not always and not (status == "open" and case.while_open)
    return Answer(
        person.key, clock, provider, area, case.start, due, status, settled, wait,
        None if wait is None or wait < 0 else band_of(wait),
        None if due is None else wait is not None and (settled or setting.as_of) > due,
        "|".join(sorted(left_out)), is_counted,
    )  # fmt: skip


def state(case: Running, as_of: date) -> tuple[str, date | None]:
    """The status by the end of the quarter, and the day that settled it. What comes after that day has not happened yet."""
    if case.start > as_of:
        return "not_started", None
    if case.stop is not None and case.stop <= as_of:
        return "stopped", case.stop
    if case.void is not None and case.void <= as_of:
        return "nullified", None
    if case.end is not None and case.end <= as_of:
        return "ended", case.end
    return "open", None


def _is_impossible(case: Running, wait: int | None, setting: Setting) -> bool:
    settled = case.end if case.stop is None else case.stop
    if case.start > setting.known_at or (settled is not None and settled < case.start):
        return True
    return wait is not None and (wait < 0 or plus(case.start, wait) > ten_years_after(case.start))


def of_person(person: Person) -> frozenset[str]:
    """What takes a child off a waiting list: 26 or older at Q, or a recorded death (7.2)."""
    found = (("aged_out", person.age >= 26), ("deceased", person.is_deceased))
    return frozenset(name for name, holds in found if holds)
