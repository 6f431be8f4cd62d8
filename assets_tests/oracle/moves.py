"""Moves between the tiers of a pathway, in plain Python from domain rules 7.3 and the choices of docs/pathways.md.

Belongs here: what the moves of a child are and how each ended. Does not belong here: dbt (compare_moves.py), or random children.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

RANK = {"universal": 1, "targeted": 2, "specialist": 3}
WINDOW, HANDOVER, SPELL_GAP = 90, 5, 5
LIMITS = (14, 28, 42)


class Asked(NamedTuple):
    """A referral of a child to a service of a tier, with what was told of it."""

    provider: str
    tier: str
    received: date
    accepted: date | None
    closed: date | None
    is_rejected: bool
    is_inferred: bool
    is_incomplete: bool
    attended: tuple[date, ...]
    onward: tuple[date, ...]


class Child(NamedTuple):
    """Who moves: where the child lives, and what else leaves it out."""

    key: str
    area: str | None
    is_deceased: bool
    is_aged_out: bool
    asked: tuple[Asked, ...]


@dataclass
class Stay:
    """Referrals to one provider in one tier that run on."""

    provider: str
    tier: str
    members: list[Asked]

    @property
    def start(self) -> date:
        return min(member.received for member in self.members)

    @property
    def end(self) -> date | None:
        days = [member.closed for member in self.members]
        return None if None in days else max(day for day in days if day)

    @property
    def accepted(self) -> date:
        """Where nobody tells, the day the referral came."""
        told = [m.accepted for m in self.members if m.accepted and not m.is_rejected]
        return min(told) if told else self.start

    @property
    def is_rejected(self) -> bool:
        return all(member.is_rejected for member in self.members)

    def attended(self, as_of: date) -> list[date]:
        return sorted(day for m in self.members for day in m.attended if m.received <= day <= as_of)

    @property
    def onward(self) -> date | None:
        return min((day for m in self.members for day in m.onward if day >= m.received), default=None)


class Move(NamedTuple):
    """A move: who, from where to where, the five conditions, the outcome at each gap, and why it does not count."""

    person: str
    from_provider: str
    start: date
    end: date | None
    from_tier: str
    to_tier: str
    to_provider: str | None
    gap: int | None
    conditions: tuple[bool | None, ...]
    outcomes: tuple[str, ...]
    is_provisional: bool
    left_out: tuple[str, ...]


def stays(asked: Iterable[Asked]) -> list[Stay]:
    """Referrals of one provider and tier that overlap, or follow within five days."""
    found: list[Stay] = []
    for one in sorted(asked, key=lambda a: a.received):
        for stay in found:
            if (stay.provider, stay.tier) == (one.provider, one.tier):
                ends = [max(m.closed, m.received) if m.closed else None for m in stay.members]
                if None in ends or one.received <= max(e for e in ends if e) + timedelta(SPELL_GAP):
                    stay.members.append(one)
                    break
        else:
            found.append(Stay(one.provider, one.tier, [one]))
    return found


def working_days_after(day: date, count: int) -> date:
    """Monday to Friday; from a weekend, as from the Friday before."""
    while day.weekday() > 4:
        day -= timedelta(1)
    while count:
        day += timedelta(1)
        count -= day.weekday() < 5
    return day


def moves(child: Child, as_of: date) -> list[Move]:
    """Every move of the child, also those that do not count."""
    all_stays = stays(child.asked)
    found = []
    for a in all_stays:
        b = _next(a, all_stays, as_of)
        if b is not None or a.onward is not None:
            found.append(_judge(child, a, b, all_stays, as_of))
    return found


def _until(stay: Stay, as_of: date) -> date:
    return min(stay.end or as_of, as_of)


def _next(a: Stay, all_stays: Sequence[Stay], as_of: date) -> Stay | None:
    until = _until(a, as_of)
    able = [
        b
        for b in all_stays
        if b.tier != a.tier
        and a.start < b.start <= until + timedelta(WINDOW)
        and (b.end is None or b.end >= until - timedelta(WINDOW))
    ]
    return min(able, key=lambda b: (b.start, RANK[b.tier], b.provider), default=None)


def _comes_back(a: Stay, b: Stay, all_stays: Sequence[Stay]) -> bool:
    for c in all_stays:
        if b.start < c.start <= b.start + timedelta(WINDOW):
            further_up = RANK[a.tier] < RANK[b.tier] < RANK[c.tier]
            planned_down = RANK[c.tier] < RANK[b.tier] and b.onward is not None and b.onward <= c.start
            if not further_up and not planned_down:
                return True
    return False


def _judge(child: Child, a: Stay, b: Stay | None, all_stays: Sequence[Stay], as_of: date) -> Move:
    until = _until(a, as_of)
    end = a.end if a.end is not None and a.end <= as_of else None
    runs = until + timedelta(WINDOW) > as_of
    gap = None
    if b is not None and b.attended(as_of):
        gap = 0 if end is None else max(0, (b.attended(as_of)[0] - max([end, *a.attended(as_of)])).days)
    accepts = None if b is None else not b.is_rejected
    stays_there = None if b is None else not _comes_back(a, b, all_stays)
    handed = None if a.onward is None or end is None else a.onward <= working_days_after(end, HANDOVER)
    after = None if b is None or end is None else end >= b.accepted
    outcomes = []
    for limit in LIMITS:
        if accepts is False or stays_there is False:
            outcome = "bounced"
        elif gap is None:
            outcome = "undecided" if runs else "lost"
        elif gap > WINDOW:
            outcome = "lost"
        elif after is False:
            outcome = "forced_discharge"
        elif gap > limit or handed is False:
            outcome = "delayed"
        else:
            outcome = "smooth"
        outcomes.append(outcome)
    return Move(
        child.key, a.provider, a.start, end, a.tier, b.tier if b else "not_told", b.provider if b else None, gap,
        (accepts, None if gap is None else gap <= LIMITS[1], stays_there, handed, after), tuple(outcomes),
        runs or (b is not None and b.start + timedelta(WINDOW) > as_of), tuple(sorted(_left_out(child, a, b, all_stays, as_of, end))),
    )  # fmt: skip


def _left_out(
    child: Child, a: Stay, b: Stay | None, all_stays: Sequence[Stay], as_of: date, end: date | None
) -> Iterable[str]:
    both = [a] if b is None else [a, b]
    if end is None:
        yield "sending_open"
    if a.is_rejected:
        yield "sending_rejected"
    if any(m.is_inferred for m in a.members):
        yield "end_inferred"
    if any(m.closed and m.closed < m.received for stay in both for m in stay.members):
        yield "impossible"
    if any(m.is_incomplete for stay in both for m in stay.members):
        yield "incomplete"
    if b is None and any(
        c.tier == a.tier and c.provider != a.provider and a.start < c.start <= _until(a, as_of) + timedelta(WINDOW)
        for c in all_stays
    ):
        yield "within_tier"
    if child.is_deceased:
        yield "deceased"
    if child.is_aged_out:
        yield "aged_out"
    if child.area not in ("nottingham", "nottinghamshire", "derby", "newcastle"):
        yield "moved"
