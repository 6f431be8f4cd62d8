"""The waits for health services (domain rules 7.2, sources 3.2 to 3.5): what a child's extracts mean at one provider, whatever feed they came by.

- A spell is referrals of one child, provider and pathway that were open together or followed within 5 days (7.2); it closes with the
  last of them. Its wait counts from the first, under the first's service, of two on one day the first by name; the others keep a row each
  that counts nowhere (decision 0005). A move between tiers is no new start.
- Stops: assessment or treatment in an attended contact of the service's own team (decision 0005), an RTT period ended in treatment, a diagnosis on
  or after receipt, an attended contact, or help begun, as the clock has it.
- Help has begun when an outcome was measured, a care plan made and an activity given, each on or after receipt (7.2).
- End: rejection, discharge or closure, or an RTT period ended by monitoring, a decision not to treat, refusal or death (31, 32, 34 to 36).
- A spell ends without treatment once no referral of it still waits: it closes with the last (7.2), and so it does with RTT ends.
- What is said of a closing beats what silence says: silence closes a referral only where some team of it is still said to be open.
- Void: the first appointment was missed (3, 7), nothing was booked after it, and the referral was then discharged; never by silence, nor
  by a rejection. An appointment of which nothing says whether it was kept is one all the same; a cancelled one is not (0005).
- A referral was rejected if that is what closed it, a spell if all of it was. A referral is open on the day it came.
- Rows lost to quarantine, in any extract, take an open clock out (decision 0006).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from . import community, mental_health
from .clocks import Answer, Running, of_person, read
from .days import plus
from .extracts import Asked, Held, Part
from .records import Child, Setting
from .services import CLOCKS, pathway_of

_SPELL_GAP_DAYS = 5
_MISSED, _CANCELLED = ("3", "7"), ("2", "4")


class _Member(NamedTuple):
    """A referral as far as one service goes."""

    referral: Asked
    service: str
    closed: date | None
    is_closed_by_silence: bool
    rejected: date | None
    held: list[Held]


def answers(child: Child, setting: Setting) -> list[Answer]:
    """The clocks of each referral and service of the child: of the spell for its first referral, joined for the others."""
    groups = defaultdict(list)
    for feed in (community, mental_health):
        for referral in feed.asked(child, setting):
            for member in _members(referral, setting):
                groups[referral.provider, pathway_of(member.service)].append(member)
    return [
        answer
        for (provider, _), members in sorted(groups.items())
        for spell in _spells(members)
        for answer in _answers_of(child, provider, spell, setting)
    ]


def _members(referral: Asked, setting: Setting) -> Iterator[_Member]:
    for service in sorted({part.service for part in referral.parts if part.service is not None}):
        own = [part for part in referral.parts if part.service == service]
        held = [one for one in referral.held if one.service == service]
        yield _Member(referral, service, *_closed(referral, own, setting), held)


def _closed(referral: Asked, teams: Sequence[Part], setting: Setting) -> tuple[date | None, bool, date | None]:
    """The day on which the service was done with the referral, whether only silence says so, and the day if it was a rejection."""
    by_team = [_first([team.closed, team.rejected]) for team in teams]
    said = _first([referral.discharged, _all_days(by_team)])
    if said is None:
        by_silence = [
            day if day is not None else team.seen if team.seen < setting.as_of else None
            for team, day in zip(teams, by_team, strict=True)
        ]
        return _all_days(by_silence), _all_days(by_silence) is not None, None
    rejected = _all_days([team.rejected for team in teams])
    return said, False, rejected if rejected == said else None


def _first(days: Sequence[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _all_days(days: Sequence[date | None]) -> date | None:
    """The last of the days, if each has happened: a referral is open while one of its teams is (3.5)."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _spells(members: Sequence[_Member]) -> list[list[_Member]]:
    spells: list[list[_Member]] = []
    end: date | None = None
    for member in sorted(members, key=lambda m: (m.referral.received, m.service, m.referral.referral)):
        if spells and (end is None or member.referral.received <= plus(end, _SPELL_GAP_DAYS)):
            spells[-1].append(member)
            closed = None if end is None else _open_until(member)
            end = None if end is None or closed is None else max(end, closed)
        else:
            spells.append([member])
            end = _open_until(member)
    return spells


def _open_until(member: _Member) -> date | None:
    return None if member.closed is None else max(member.closed, member.referral.received)


def _answers_of(child: Child, provider: str, spell: Sequence[_Member], setting: Setting) -> Iterator[Answer]:
    person = child.person
    area = person.area or "unknown"
    outside = frozenset({"not_resident"} if area in ("elsewhere", "unknown") else ())
    incomplete = frozenset({"incomplete"} if any(m.referral.has_lost_rows for m in spell) else ())
    ends = [_first([*m.referral.ended_untreated, m.closed]) for m in spell]
    stops = _stops(spell)
    for clock in CLOCKS[spell[0].service]:
        case = Running(
            start=spell[0].referral.received,
            stop=_first([day for stop in clock.stops for day in stops[stop]]),
            end=_all_days(ends),
            void=_void(spell),
            rejected=_all_days([member.rejected for member in spell]),
            always=outside,
            while_open=of_person(person) | incomplete,
        )
        yield read(clock.name, clock.limit, provider, area, person, case, setting)
    for member in spell[1:]:
        start = member.referral.received
        case = Running(start, None, start, None, None, outside | {"duplicate_in_spell"}, of_person(person))
        for clock in CLOCKS[member.service]:
            yield read(clock.name, clock.limit, provider, area, person, case, setting)


def _stops(spell: Sequence[_Member]) -> dict[str, list[date]]:
    """The days that may stop a clock of the spell, by what happened."""
    held = [one for member in spell for one in member.held]
    return {
        "contact": [one.day for one in held if one.is_attended],
        "assessment": [one.day for one in held if one.is_assessment],
        "treatment": [one.day for one in held if one.is_treatment],
        "treated": [day for member in spell for day in member.referral.treated],
        "diagnosis": [d for member in spell for d in member.referral.diagnosed if d >= member.referral.received],
        "help": _help(spell),
    }


def _help(spell: Sequence[_Member]) -> list[date]:
    """The day on which the last of the three had happened, if all did."""
    first = [
        _first([day for days, received in kind for day in days if day >= received])
        for kind in (
            [(m.referral.measured, m.referral.received) for m in spell],
            [(m.referral.planned, m.referral.received) for m in spell],
            [
                ([one.day for one in m.held if one.is_treatment or one.is_assessment], m.referral.received)
                for m in spell
            ],
        )
    ]
    day = _all_days(first)
    return [] if day is None else [day]


def _void(spell: Sequence[_Member]) -> date | None:
    """The day on which a missed first appointment was followed by discharge, if that is all that happened."""
    closed = _all_days([member.closed for member in spell])
    told = all(not m.is_closed_by_silence and m.rejected is None for m in spell)
    held = [one for member in spell for one in member.held]
    kept = [one for one in held if one.attendance not in _CANCELLED]
    if closed is None or not told or not kept:
        return None
    first = min(one.day for one in kept)
    missed = all(one.attendance in _MISSED for one in kept if one.day == first)
    booked_after = any(one.day > first for one in held)
    return closed if missed and not booked_after and closed >= first else None
