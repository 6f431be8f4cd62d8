"""The clocks of therapy spells (domain rules 7.2, sources 3.2 and 3.5): what a child's extracts mean at one provider.

- The newest extract that holds a record is right about it (3.5: latest row per key). A referral's teams are those of its newest extract.
- A referral that its provider no longer sends closed with the last period in which it was seen (3.5: stopped submitting = closed).
- A spell is referrals of one child, provider and pathway that were open together or followed within 5 days (7.2); it closes with the
  last of them. Its wait counts from the first; the others keep a row each that counts nowhere (decision 0005).
- Stop: an attended contact (5, 6) of the clock's own team with a clinical intervention (03), or an RTT period ended in treatment (30).
  End: rejection, discharge or closure, or an RTT period ended by monitoring, a decision not to treat, refusal or death (31, 32, 34 to 36).
- A spell ends without treatment once no referral of it still waits: it closes with the last (7.2), and so it does with RTT ends.
- A contact belongs to its own team (0005); where its team is not one of the referral's, to the referral's service, if that is only one
  (3.5: the contact's own team first). Else to none: a wait may rather look too long than too short (0005).
- Void: the first appointment was missed (3, 7), nothing was booked after it, and the referral was then discharged; never by silence, nor
  by a rejection. An appointment of which nothing says whether it was kept is one all the same; a cancelled one is not (0005).
- A referral was rejected if that is what closed it, a spell if all of it was. A referral is open on the day it came.
- Rows lost to quarantine, in any extract, take an open clock out (decision 0006).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from .clocks import Answer, Running, of_person, read
from .days import plus
from .records import Child, Contact, Referral, Setting, Team

_SPELL_GAP_DAYS = 5
_SERVICES = {"33": ("slt_treatment_18w", 126), "23": ("ot_treatment_13w", 91)}
_MISSED, _ATTENDED, _CANCELLED = ("3", "7"), ("5", "6"), ("2", "4")
_TREATED, _ENDED_UNTREATED = "30", ("31", "32", "34", "35", "36")
_INTERVENTION = "03"
Record = TypeVar("Record", bound=Any)


class _Member(NamedTuple):
    """A referral as far as one service goes."""

    referral: Referral
    closed: date | None
    is_closed_by_silence: bool
    rejected: date | None
    has_lost_rows: bool
    contacts: list[Contact]
    treated: list[date]
    ended_untreated: list[date]


def answers(child: Child, setting: Setting) -> list[Answer]:
    """One clock for each referral and service of the child: of the spell for its first referral, joined for the others."""
    found: list[Answer] = []
    for provider in sorted({referral.provider for referral in child.referrals}):
        for team_type in _SERVICES:
            members = _members(child, provider, team_type, setting)
            for spell in _spells(members):
                found += _answers_of(child, provider, team_type, spell, setting)
    return found


def _members(child: Child, provider: str, team_type: str, setting: Setting) -> list[_Member]:
    sent = defaultdict(list)
    for row in child.referrals:
        if row.provider == provider:
            sent[row.referral].append(row)
    contacts = _newest((c for c in child.contacts if c.provider == provider), lambda c: (c.referral, c.contact))
    activities = _newest((a for a in child.activities if a.provider == provider), lambda a: a.activity)
    intervened = {a.contact for a in activities if a.activity_type == _INTERVENTION}
    rtts = _newest((r for r in child.rtts if r.provider == provider), lambda r: (r.referral, r.pathway))
    members = []
    for rows in sent.values():
        referral = max(rows, key=lambda row: row.period)
        teams = [
            t
            for t in child.teams
            if (t.provider, t.referral, t.period) == (provider, referral.referral, referral.period)
        ]
        own = [team for team in teams if team.team_type == team_type]
        if not own:
            continue
        mine = [c for c in contacts if c.referral == referral.referral and _is_of(c, teams, own)]
        ended = [(r.status, r.end) for r in rtts if r.referral == referral.referral and r.end is not None]
        members.append(_Member(
            referral,
            *_closed(referral, own, setting),
            has_lost_rows=any(row.has_lost_rows for row in rows),
            contacts=mine,
            treated=[c.day for c in mine if c.attendance in _ATTENDED and c.contact in intervened]
            + [day for status, day in ended if status == _TREATED],
            ended_untreated=[day for status, day in ended if status in _ENDED_UNTREATED],
        ))  # fmt: skip
    return members


def _newest(rows: Iterable[Record], key: Callable[[Record], object]) -> list[Record]:
    """Of each record the row of its newest extract."""
    found: dict[object, Record] = {}
    for row in rows:
        before = found.get(key(row))
        if before is None or row.period > before.period:
            found[key(row)] = row
    return list(found.values())


def _is_of(contact: Contact, teams: Sequence[Team], own: Sequence[Team]) -> bool:
    if contact.team in {team.team for team in teams}:
        return contact.team in {team.team for team in own}
    return len({team.team_type for team in teams}) == 1


def _closed(referral: Referral, teams: Sequence[Team], setting: Setting) -> tuple[date | None, bool, date | None]:
    """The day on which the service was done with the referral, whether only silence says so, and the day if it was a rejection."""
    by_team = _all_days([min((d for d in (t.closed, t.rejected) if d is not None), default=None) for t in teams])
    said = min((day for day in (referral.discharged, by_team) if day is not None), default=None)
    last_seen = setting.periods[referral.period].end
    if said is None and last_seen < setting.as_of:
        return last_seen, True, None
    rejected = _all_days([team.rejected for team in teams])
    return said, False, rejected if rejected == said else None


def _all_days(days: Sequence[date | None]) -> date | None:
    """The last of the days, if each has happened: a referral is open while one of its teams is (3.5)."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None


def _spells(members: Sequence[_Member]) -> list[list[_Member]]:
    spells: list[list[_Member]] = []
    end: date | None = None
    for member in sorted(members, key=lambda m: (m.referral.received, m.referral.referral)):
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


def _answers_of(
    child: Child, provider: str, team_type: str, spell: Sequence[_Member], setting: Setting
) -> list[Answer]:
    clock, limit = _SERVICES[team_type]
    person = child.person
    area = person.area or "unknown"
    outside = frozenset({"not_resident"} if area in ("elsewhere", "unknown") else ())
    incomplete = frozenset({"incomplete"} if any(m.has_lost_rows for m in spell) else ())
    rejected = _all_days([member.rejected for member in spell])
    stop = min((day for member in spell for day in member.treated), default=None)
    first = Running(
        start=spell[0].referral.received,
        stop=stop,
        end=_all_days(
            [min([*m.ended_untreated, *([] if m.closed is None else [m.closed])], default=None) for m in spell]
        ),
        void=_void(spell),
        rejected=rejected,
        always=outside,
        while_open=of_person(person) | incomplete,
    )
    running = [first]
    for member in spell[1:]:
        start = member.referral.received
        running.append(Running(start, None, start, None, None, outside | {"duplicate_in_spell"}, of_person(person)))
    return [read(clock, limit, provider, area, person, case, setting) for case in running]


def _void(spell: Sequence[_Member]) -> date | None:
    """The day on which a missed first appointment was followed by discharge, if that is all that happened."""
    closed = _all_days([member.closed for member in spell])
    told = all(not m.is_closed_by_silence and m.rejected is None for m in spell)
    contacts = [contact for member in spell for contact in member.contacts]
    kept = [c for c in contacts if c.attendance not in _CANCELLED]
    if closed is None or not told or not kept:
        return None
    first = min(c.day for c in kept)
    missed = all(c.attendance in _MISSED for c in kept if c.day == first)
    booked_after = any(c.day > first for c in contacts)
    return closed if missed and not booked_after and closed >= first else None
