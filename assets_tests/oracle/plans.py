"""The clocks of EHC requests (domain rules 7.1, sources 1.5): what a case's records mean. One case is one request, never one child.

- 6 weeks: request received to decision notified, to assess or not. H on the request takes it out of this measure only (decision 0001, 8).
- 16 weeks: to the notified decision not to issue. 20 weeks: to the plan issued, Each with and without recorded exceptions
  (Week20: an exception in any phase, sources 1.5).
- A plan's day is the outcome date of its assessment; blank, it is not issued. A refusal that was overturned keeps its outcome and date
  (sources 1.5): then the plan that followed tells when it was issued (decision 0001, 8; 0005 "a stop beats an end").
- H on the assessment, S, and a plan transferred in take a case out of all timeliness (sources 1.5).
- An exported case ends here without a plan (0005). The day is not known, nor is that of a refusal or withdrawal without a date: they are
  taken to have ended on the day of the request, which keeps them off the list of those waiting.
- Rows lost to quarantine take an open clock out (0006).
- The regulations hold for requests from 1 September 2014, when they came into force; an older one has no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from .clocks import Answer, Running, of_person, read
from .records import Assessment, Child, Request, Setting

IN_FORCE = date(2014, 9, 1)
_LIMITS = {
    "ehc_decision_6w": 42, "ehc_decision_6w_exc": 42, "ehc_no_issue_16w": 112, "ehc_no_issue_16w_exc": 112,
    "ehc_plan_20w_inc": 140, "ehc_plan_20w_exc": 140,
}  # fmt: skip


class Case(NamedTuple):
    """A request with its days."""

    request: Request
    issued: date | None
    refused_to_issue: date | None
    withdrawn: date | None
    has_exception: bool
    is_elsewhere: bool
    is_closed_undated: bool


def answers(child: Child, setting: Setting) -> list[Answer]:
    """Six clocks for each request of the child."""
    found = []
    for request in child.requests:
        if request.received < IN_FORCE:
            continue
        case = case_of(child, request)
        for clock, limit in _LIMITS.items():
            running = _running(clock, case, of_person(child.person))
            found.append(read(clock, limit, request.council, request.council, child.person, running, setting))
    return found


def case_of(child: Child, request: Request) -> Case:
    """What the return says became of a request."""
    assessments = [a for a in child.assessments if a.request == request.request]
    issued = first(a.outcome_date for a in assessments if a.outcome == "Y")
    transferred = any(p.transfer_la for p in child.active_plans if p.request == request.request)
    return Case(
        request=request,
        issued=issued if issued is not None else _issued_after_refusal(child, assessments),
        refused_to_issue=first(a.outcome_date for a in assessments if a.outcome == "N"),
        withdrawn=first(a.outcome_date for a in assessments if a.outcome == "W"),
        has_exception=any(a.week20 for a in assessments),
        is_elsewhere=transferred or any(a.outcome in "HS" for a in assessments),
        is_closed_undated=(request.outcome in "NW" and request.outcome_date is None)
        or any(a.outcome in "NW" and a.outcome_date is None for a in assessments),
    )


def _issued_after_refusal(child: Child, assessments: Sequence[Assessment]) -> date | None:
    refusals = [a.outcome_date for a in assessments if a.outcome == "N"]
    if not refusals:
        return None
    own = {a.assessment for a in assessments}
    refused = first(refusals)
    starts = (plan.start for plan in child.plans if plan.assessment in own)
    return first(start for start in starts if refused is None or start >= refused)


def _running(clock: str, case: Case, person: frozenset[str]) -> Running:
    request = case.request
    decided = request.outcome_date if request.outcome in "YN" else None
    refused = request.outcome_date if request.outcome == "N" else None
    withdrawn = request.outcome_date if request.outcome == "W" else None
    gone = request.exported not in (None, "", "0") or case.is_elsewhere or case.is_closed_undated
    ends = [withdrawn, request.received if gone else None]
    is_historical = case.is_elsewhere
    if clock.startswith("ehc_decision_6w"):
        stop = decided
        is_historical |= request.outcome == "H"
        ends.append(request.received if request.outcome == "H" else None)
    elif clock.startswith("ehc_no_issue_16w"):
        stop = case.refused_to_issue
        ends += [refused, case.withdrawn, case.issued]
    else:
        stop = case.issued
        ends += [refused, case.withdrawn, case.refused_to_issue]
    always = {"historical"} if is_historical else set()
    marks: set[str] = set()
    if case.has_exception:
        (always if clock.endswith("_exc") else marks).add("excepted")
    while_open = person | ({"incomplete"} if request.has_lost_rows else set())
    return Running(
        request.received, stop, first(ends), None, None, frozenset(always), frozenset(while_open), frozenset(marks)
    )


def first(days: Iterable[date | None]) -> date | None:
    """The earliest of the days that are known."""
    return min((day for day in days if day is not None), default=None)
