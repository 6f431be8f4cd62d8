"""How far cases come and who works with children, in plain Python from domain rules 0.4, 1.1 and 7.2 and the choices of docs/pathways.md.

Belongs here: steps, drop-out, time in a step, professionals and assessments per child. Does not belong here: dbt (compare_flows.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

HEALTH = (
    ("received", ("referral_received",)),
    ("accepted", ("referral_accepted",)),
    ("first_contact", ("contact_attended",)),
    ("assessed", ("assessment_given",)),
    ("treated", ("treatment_given", "rtt_treated")),
)
MORE_TREATED = {"nd_assessment": ("diagnosis_made",), "camhs": ("help_started",), "mhst": ("help_started",)}
HEALTH_EXITS = {
    "referral_rejected": "rejected",
    "first_appointment_missed_discharged": "not_brought",
    "rtt_ended_untreated": "ended_untreated",
    "referral_closed": "closed",
}
EHC = (
    ("requested", ("request_received",)),
    ("agreed_to_assess", ("assess_agreed",)),
    ("plan_issued", ("plan_issued",)),
)
EHC_EXITS = {
    "assess_refused": "assessment_refused",
    "plan_refused": "plan_refused",
    "request_withdrawn": "withdrawn",
    "assessment_withdrawn": "withdrawn",
    "request_exported": "moved_authority",
    "request_closed_undated": "closed_undated",
}
UNDONE_BY_A_LATER_STEP = {"ended_untreated", "assessment_refused", "plan_refused"}


class Case(NamedTuple):
    """A referral or request with its dated events."""

    key: str
    person: str
    service: str
    area: str
    provider: str
    received: date
    is_left_out: bool
    events: tuple[tuple[str, date], ...]


class Step(NamedTuple):
    """A step that a case reached."""

    case: str
    step: str
    is_recorded: bool
    reached: date
    days: int | None
    state: str
    reason: str | None


def services_that_accept(cases: Sequence[Case], as_of: date) -> set[str]:
    """Where a feed tells of acceptance at all."""
    return {
        case.service
        for case in cases
        for event, day in case.events
        if event == "referral_accepted" and case.received <= day <= as_of
    }


def steps(case: Case, as_of: date, accepting: Collection[str]) -> list[Step]:
    """Every step that the case came to, in order."""
    told = [(event, day) for event, day in case.events if case.received <= day <= as_of]
    is_ehc = case.service == "ehc"
    first: dict[str, date] = {}
    for step, events in EHC if is_ehc else HEALTH:
        also = MORE_TREATED.get(case.service, ()) if step == "treated" else ()
        days = [day for event, day in told if event in (*events, *also)]
        if days:
            first[step] = min(days)
    names = [name for name, _ in (EHC if is_ehc else HEALTH)]
    last = names[-1]
    if not is_ehc:
        names.append("discharged")
        closed = [day for event, day in told if event == "referral_closed"]
        if last in first and closed:
            first["discharged"] = max(min(closed), first[last])
        if case.service not in accepting:
            names.remove("accepted")
    came_to = max(names.index(name) for name in first)
    reason = _why_it_left(told, EHC_EXITS if is_ehc else HEALTH_EXITS, first[names[came_to]])
    found = []
    for place, name in enumerate(names[: came_to + 1]):
        reached = min(first[other] for other in names[place:] if other in first)
        later = [first[other] for other in names[place + 1 :] if other in first]
        state = "passed" if later else "finished" if name == names[-1] else "dropped_out" if reason else "in_step"
        days_in = (min(later) - reached).days if later else None
        found.append(
            Step(case.key, name, name in first, reached, days_in, state, reason if state == "dropped_out" else None)
        )
    return found


def _why_it_left(told: Sequence[tuple[str, date]], exits: Mapping[str, str], last_day: date) -> str | None:
    """The first exit that holds; of refusals only the last, and not where the case went on after it."""
    first: dict[str, date] = {}
    for event, day in told:
        if event in exits:
            first[exits[event]] = min(day, first.get(exits[event], day))
    lasting = [(day, reason) for reason, day in first.items() if reason not in UNDONE_BY_A_LATER_STEP]
    refused = max(((day, reason) for reason, day in first.items() if reason in UNDONE_BY_A_LATER_STEP), default=None)
    if refused and refused[0] >= last_day:
        lasting.append(refused)
    return min(lasting)[1] if lasting else None


class Seen(NamedTuple):
    """An attended contact."""

    person: str
    service: str
    area: str
    day: date
    professional: str | None
    is_joint: bool | None
    is_assessment: bool


class Work(NamedTuple):
    """What was done for the children of a service in an area."""

    children: int
    contacts: int
    professionals_per_child: float | None
    assessments_per_child: float | None
    joint_pct: float | None


def work(seen: Sequence[Seen]) -> Work:
    """Of the contacts of twelve months."""
    by_child: dict[str, list[Seen]] = {}
    for contact in seen:
        by_child.setdefault(contact.person, []).append(contact)
    named = [{c.professional for c in some if c.professional} for some in by_child.values()]
    assessed = [sum(c.is_assessment for c in some) for some in by_child.values()]
    known = [c.is_joint for c in seen if c.is_assessment and c.is_joint is not None]
    return Work(
        len(by_child),
        len(seen),
        _mean([len(some) for some in named if some]),
        _mean([count for count in assessed if count]),
        100 * sum(known) / len(known) if known else None,
    )


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
