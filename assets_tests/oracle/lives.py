"""What became of a referral to a health service, before anyone tells it: the days of its teams, appointments, treatment period and diagnoses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from .choices import Choices
from .days import a_start, a_stop, plus
from .records import Period, Setting

STOPPED_SENDING = "NR3"  # sent the first two extracts and no more
_LIMITS = (126, 91)
_RTT = ("20", "30", "30", "10", "34", "31", "36", "33", "92")
_ATTENDANCE = ("5", "3", "3", "7", "2", "4", "6", "5", None)
_ACTIVITY = ("03", "03", "02", "04", "01", "06", None)
_SUSPECTED = (
    ("06", "401204006"),
    ("02", "F84.0"),
    ("06", "406506008"),
    ("02", "f90"),
    ("02", "F70"),
    ("06", "35919005"),
)
_DIAGNOSED = (("02", "F84.0"), ("06", "408856003"), ("02", "F90.1"), ("02", "H90"))


class TeamLife(NamedTuple):
    """A team that a referral went to: its name and type, the days on which it closed or rejected it, and from which extract on it is not named."""

    name: str
    team_type: str
    closed: date | None
    rejected: date | None
    named_until: int


class Appointment(NamedTuple):
    """An appointment as it went, with what was done and the team that kept it."""

    day: date
    attendance: str | None
    activity: str | None
    team: str | None


class Life(NamedTuple):
    """What became of a referral."""

    received: date
    discharged: date | None
    reason: str | None
    teams: list[TeamLife]
    appointments: list[Appointment]
    rtt: tuple[date, date | None, str] | None
    suspected: list[tuple[str, str, date]]
    diagnosed: list[tuple[str, str, date]]
    contacts_name: str


def first_day(c: Choices, setting: Setting, provider: str, received: date | None = None) -> date:
    """The day on which a first referral comes; to a provider that fell silent, before that."""
    day = received or a_start(c, setting, _LIMITS)
    last_sent = setting.periods[1].end
    return plus(last_sent, -c.below(300)) if provider == STOPPED_SENDING and day > last_sent else day


def again(c: Choices, life: Life) -> date:
    """The day of the next referral: about 5 days after the last one closed, or while it is open."""
    over = [day for team in life.teams for day in (team.closed, team.rejected) if day is not None]
    closed = life.discharged or max(over, default=None)
    if closed is None or c.chance(20):
        return plus(life.received, c.pick((0, 1, 30, 90)))
    return plus(closed, c.pick((5, 6, 4, 0, 1, 7, 30, -3)))


def a_life(
    c: Choices,
    setting: Setting,
    received: date,
    types: Sequence[str],
    reasons: Sequence[str | None],
    team_name: str,
    contacts_name: str,
) -> Life:
    """A life of a referral received on that day by teams of these types; `team_name` begins the names of its teams."""
    discharged = _a_day(c, setting, received, 35)
    teams = [_a_team(c, setting, received, team_type, f"{team_name}{team_type}{place if types.count(team_type) > 1 else ''}")
             for place, team_type in enumerate(types)]  # fmt: skip
    rtt = (received, _a_day(c, setting, received, 85), c.pick(_RTT)) if c.chance(20) else None
    reason = c.pick(reasons)
    suspected, diagnosed = [], []
    if len(reasons) > 1:  # a service that looks for a diagnosis
        suspected = [(*c.pick(_SUSPECTED), plus(received, c.below(60)))] if c.chance(35) else []
        diagnosed = [(*pair, a_stop(c, setting, received, _LIMITS)) for pair in _DIAGNOSED if c.chance(15)]
    appointments = _appointments(c, setting, received, discharged, teams)
    return Life(received, discharged, reason, teams, appointments, rtt, suspected, diagnosed, contacts_name)


def extracts_of(c: Choices, setting: Setting, provider: str, life: Life) -> list[tuple[Period, date]]:
    """The extracts that tell the life, each with the last day it knows of: all that the referral was open in, or until its provider fell silent."""
    extracts = setting.periods[:2] if provider == STOPPED_SENDING else setting.periods
    told = [p for p in extracts if life.received <= p.end and not (life.discharged and life.discharged < p.start)]
    if len(told) > 1 and c.chance(12):
        told = told[: 1 + c.below(len(told) - 1)]
    told = told or [extracts[-1]]
    knows_all, late = c.chance(20), c.chance(15)
    days = []
    for period in told:
        is_newest = period == told[-1]
        ahead = 3650 if knows_all or (is_newest and not late) else -40 if late and not is_newest else 0
        days.append((period, plus(period.end, ahead)))
    return days


def known(day: date | None, horizon: date) -> date | None:
    """The day, if an extract that knows so much can have it."""
    return day if day is not None and day <= horizon else None


def kept_in(c: Choices, life: Life, horizon: date) -> list[tuple[int, Appointment]]:
    """The appointments that an extract tells, by number: a few are missing, of a few the attendance is another."""
    found = []
    for number, held in enumerate(life.appointments):
        if known(held.day, horizon) is not None and not c.chance(5):
            found.append((number, held._replace(attendance=c.pick(_ATTENDANCE)) if c.chance(3) else held))
    return found


def rtt_in(life: Life, horizon: date) -> list[tuple[date, date | None, str]]:
    """The treatment period as an extract tells it: of one that has not ended yet, that it goes on."""
    if life.rtt is None:
        return []
    start, end, status = life.rtt
    ended = known(end, horizon)
    return [(start, ended, status if ended or end is None else "20")]


def _a_day(c: Choices, setting: Setting, received: date, per_cent: int) -> date | None:
    return a_stop(c, setting, received, _LIMITS) if c.chance(per_cent) else None


def _a_team(c: Choices, setting: Setting, received: date, team_type: str, name: str) -> TeamLife:
    closed = _a_day(c, setting, received, 12)
    rejected = plus(received, c.below(40)) if c.chance(7) else None
    if rejected and c.chance(25):
        rejected = a_stop(c, setting, received, _LIMITS)
    named_until = 1 + c.below(3) if c.chance(6) else len(setting.periods)
    return TeamLife(name, team_type, closed, rejected, named_until)


def _appointments(
    c: Choices, setting: Setting, received: date, discharged: date | None, teams: Sequence[TeamLife]
) -> list[Appointment]:
    """Up to four appointments; where the first is missed, often nothing follows but discharge."""
    found: list[Appointment] = []
    for place in range(c.pick((1, 0, 2, 3, 4, 1))):
        attendance = c.pick(_ATTENDANCE)
        if place == 0 and discharged is not None and discharged > received and c.chance(25):
            day, attendance = plus(discharged, -c.pick((1, 0, 5))), c.pick(("3", "7"))
            found.append(Appointment(max(day, received), attendance, None, teams[0].name if teams else None))
            if c.chance(60):
                break
            continue
        team = c.pick(teams).name if teams and c.chance(90) else c.pick((None, "t99"))
        day = a_stop(c, setting, received, _LIMITS)
        activity = c.pick(_ACTIVITY) if attendance in ("5", "6") or c.chance(20) else None
        found.append(Appointment(day, attendance, activity, team))
    return found
