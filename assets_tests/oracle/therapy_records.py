"""What providers' extracts may say of a child: a referral's life, then the extracts in which it was told, in part, late or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from .choices import Choices
from .days import a_start, a_stop, plus
from .records import Activity, Child, Contact, Period, Referral, Rtt, Setting, Team

PROVIDERS = ("RHA", "RY8", "RXM", "RTD")
STOPPED_SENDING = "NR3"  # sent the first two extracts and no more
_TEAMS = (("33",), ("33",), ("33",), ("23",), ("23",), ("33", "23"), ("33", "26"), ("33", "33"), ("26",))
_LIMITS = (126, 91)
_RTT = ("20", "30", "30", "10", "34", "31", "36", "33", "92")
_ATTENDANCE = ("5", "3", "3", "7", "2", "4", "6", "5", None)
_ACTIVITY = ("03", "03", "02", "04", "01", "06", None)


class _Life(NamedTuple):
    """What became of a referral: days on which it was discharged, or a team closed or rejected it; appointments; an RTT period."""

    received: date
    discharged: date | None
    teams: list[tuple[str, str, date | None, date | None]]
    contacts: list[tuple[date, str | None, str | None, str | None]]
    rtt: tuple[date, date | None, str] | None
    contacts_name: str


def add_referrals(c: Choices, setting: Setting, child: Child, name: str) -> None:
    """One to three referrals at one provider, and at times a transfer to another (7.2, 7.12)."""
    providers = [STOPPED_SENDING if c.chance(6) else c.pick(PROVIDERS)]
    if c.chance(12):
        providers.append(c.pick([other for other in PROVIDERS if other != providers[0]]))
    received, number = a_start(c, setting, _LIMITS), 0
    shares_contacts = c.chance(6)  # identifiers of contacts repeat across referrals (sources 3.5)
    for provider in providers:
        types = c.pick(_TEAMS)
        last_sent = setting.periods[1].end
        if provider == STOPPED_SENDING and received > last_sent:
            received = plus(last_sent, -c.below(300))
        for _ in range(1 + c.chance(35) + c.chance(10)):
            life = _a_life(c, setting, received, types, name if shares_contacts else f"{name}_{number}")
            _send(c, setting, child, provider, f"{name}_{number}", life)
            received, number = _again(c, life), number + 1
            types = c.pick(_TEAMS) if c.chance(15) else types


def _again(c: Choices, life: _Life) -> date:
    """The day of the next referral: about 5 days after the last one closed, or while it is open."""
    teams = [day for *_, closed, rejected in life.teams for day in (closed, rejected) if day is not None]
    closed = life.discharged or max(teams, default=None)
    if closed is None or c.chance(20):
        return plus(life.received, c.pick((0, 1, 30, 90)))
    return plus(closed, c.pick((5, 6, 4, 0, 1, 7, 30, -3)))


def _a_life(c: Choices, setting: Setting, received: date, types: Sequence[str], contacts_name: str) -> _Life:
    discharged = a_stop(c, setting, received, _LIMITS) if c.chance(35) else None
    teams = []
    for place, team_type in enumerate(types):
        closed = a_stop(c, setting, received, _LIMITS) if c.chance(12) else None
        rejected = plus(received, c.below(40)) if c.chance(7) else None
        if rejected and c.chance(25):
            rejected = a_stop(c, setting, received, _LIMITS)
        teams.append((f"t{team_type}{place if types.count(team_type) > 1 else ''}", team_type, closed, rejected))
    rtt = None
    if c.chance(20):
        status = c.pick(_RTT)
        end = None if c.chance(15) else a_stop(c, setting, received, _LIMITS)
        rtt = (received, end, status)
    contacts = _appointments(c, setting, received, discharged, teams)
    return _Life(received, discharged, teams, contacts, rtt, contacts_name)


def _appointments(
    c: Choices,
    setting: Setting,
    received: date,
    discharged: date | None,
    teams: list[tuple[str, str, date | None, date | None]],
) -> list[tuple[date, str | None, str | None, str | None]]:
    """(day, attendance, activity, team) of up to four appointments; where the first is missed, often nothing follows but discharge."""
    found: list[tuple[date, str | None, str | None, str | None]] = []
    for place in range(c.pick((1, 0, 2, 3, 4, 1))):
        attendance = c.pick(_ATTENDANCE)
        if place == 0 and discharged is not None and discharged > received and c.chance(25):
            day, attendance = plus(discharged, -c.pick((1, 0, 5))), c.pick(("3", "7"))
            found.append((max(day, received), attendance, None, teams[0][0]))
            if c.chance(60):
                break
            continue
        team = c.pick(teams)[0] if c.chance(93) else c.pick((None, "t99"))
        day = a_stop(c, setting, received, _LIMITS)
        activity = c.pick(_ACTIVITY) if attendance in ("5", "6") or c.chance(20) else None
        found.append((day, attendance, activity, team))
    return found


def _send(c: Choices, setting: Setting, child: Child, provider: str, name: str, life: _Life) -> None:
    """Tell the life in extracts: all that it was open in, or until its provider fell silent; what was not known yet is not told."""
    extracts = setting.periods[:2] if provider == STOPPED_SENDING else setting.periods
    told = [p for p in extracts if life.received <= p.end and not (life.discharged and life.discharged < p.start)]
    if len(told) > 1 and c.chance(12):
        told = told[: 1 + c.below(len(told) - 1)]
    told = told or [extracts[-1]]
    knows_all, late = c.chance(20), c.chance(15)
    for period in told:
        is_newest = period == told[-1]
        horizon = plus(
            period.end, 3650 if knows_all or (is_newest and not late) else -40 if late and not is_newest else 0
        )
        _send_extract(c, child, provider, name, life, period, horizon)


def _send_extract(
    c: Choices, child: Child, provider: str, name: str, life: _Life, period: Period, horizon: date
) -> None:
    def known(day: date | None) -> date | None:
        return day if day is not None and day <= horizon else None

    referral, place = f"s{name}", period.place
    child.referrals.append(
        Referral(provider, place, referral, child.person.key, life.received, known(life.discharged), c.chance(2))
    )
    recode = c.chance(2)
    for team, team_type, closed, rejected in life.teams:
        kind = {"33": "23", "23": "33"}.get(team_type, team_type) if recode else team_type
        child.teams.append(Team(provider, place, referral, team, kind, known(closed), known(rejected)))
    for number, (day, attendance, activity, own_team) in enumerate(life.contacts):
        if known(day) is None or c.chance(5):
            continue
        attendance = c.pick(_ATTENDANCE) if c.chance(3) else attendance
        contact = f"c{life.contacts_name}_{number}"
        child.contacts.append(Contact(provider, place, contact, referral, own_team, day, attendance))
        if activity is not None:
            child.activities.append(Activity(provider, place, f"v{name}_{number}", contact, activity))
        if activity is not None and c.chance(10):
            child.activities.append(Activity(provider, place, f"w{name}_{number}", contact, "02"))
    if life.rtt is not None:
        start, end, status = life.rtt
        ended = known(end)
        told = status if ended or end is None else "20"
        child.rtts.append(Rtt(provider, place, referral, f"y{name}", start, ended, told))
