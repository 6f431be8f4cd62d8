"""The clocks of annual reviews (domain rules 1.2, 7.1; sources 1.3, 1.5).

- A review is a meeting of a child in an authority. The return has the last one; the council's own system every one, with the
  steps that the return does not ask for. On the same day they are one, and the return's days stand.
- Meeting to report 2 weeks, to the decision 4, to the notice of amendments 4, to the final amended plan 12; notice to final 8.
  Amendments are asked for only where the decision was to amend. A step that no source has an item for takes the review out.
- A decision without a day ends its clock on the day of the meeting.
- The next review is due 12 calendar months after the plan or the last decision: the meeting held, and the decision made.
  Out of it: the first months of a plan that was transferred in; a plan that another authority took over (7.10); a history that
  no source tells. What the council's own system covers is told; so is a plan's first review in the first two years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from .clocks import Answer, Running, of_person, read, read_until
from .days import months_after
from .plans import IN_FORCE, first
from .records import LAYOUT, Child, NamedPlan, Request, Setting, told_from


class _Review(NamedTuple):
    council: str
    meeting: date
    report: date | None
    outcome: str | None
    decided: date | None
    notice: date | None
    final: date | None
    is_local: bool
    has_lost_rows: bool


class _Plan(NamedTuple):
    request: Request
    start: date | None
    ceased: date | None
    is_transferred: bool


def answers(child: Child, setting: Setting) -> list[Answer]:
    """Up to five clocks for each review, and two for each day from which the next is due."""
    reviews = list(_reviews(child))
    found = [a for review in reviews for a in _steps(child, review, setting)]
    found += _cycles(child, reviews, setting)
    return [answer for answer in found if answer.start >= IN_FORCE]


def _reviews(child: Child) -> Iterator[_Review]:
    requests = {request.request: request for request in child.requests}
    returned = {}
    for plan in child.active_plans:
        if plan.meeting is not None:
            council = requests[plan.request].council
            decided = plan.last_review if plan.last_review is not None and plan.last_review >= plan.meeting else None
            returned[council, plan.meeting] = _Review(
                council, plan.meeting, None, plan.outcome, decided, plan.draft, None, False,
                requests[plan.request].has_lost_rows,
            )  # fmt: skip
    newest = {(r.council, r.local_review): r for r in sorted(child.local_reviews, key=lambda r: r.period)}
    for own in newest.values():
        same = returned.get((own.council, own.meeting))
        yield _Review(
            own.council, own.meeting, own.report, (same and same.outcome) or own.outcome,
            (same and same.decided) or own.decided, (same and same.notice) or own.notice, own.final, True,
            same is not None and same.has_lost_rows,
        )  # fmt: skip
    local = {(own.council, own.meeting) for own in newest.values()}
    yield from (review for key, review in returned.items() if key not in local)


def _steps(child: Child, review: _Review, setting: Setting) -> Iterator[Answer]:
    def clock(name: str, limit: int, start: date, stop: date | None, is_told: bool, end: date | None = None) -> Answer:
        lost = frozenset({"incomplete"} if review.has_lost_rows or not is_told else ())
        person = of_person(child.person)
        always, while_open = (frozenset(), lost | person) if name.startswith("ehc_review_decision") else (lost, person)
        running = Running(start, stop, end, None, None, always, while_open)
        return read(name, limit, review.council, review.council, child.person, running, setting)

    undated = review.meeting if review.outcome and review.decided is None else None
    yield clock("ehc_review_report_2w", 14, review.meeting, review.report, review.is_local)
    yield clock("ehc_review_decision_4w", 28, review.meeting, review.decided, True, undated)
    if review.outcome != "A":
        return
    is_notice_told = review.is_local or LAYOUT[review.council] >= "2025"
    yield clock("ehc_amendment_notice_4w", 28, review.meeting, review.notice, is_notice_told)
    yield clock("ehc_amended_plan_12w", 84, review.meeting, review.final, review.is_local)
    if review.notice is not None:
        yield clock("ehc_amended_plan_8w", 56, review.notice, review.final, review.is_local)


def _cycles(child: Child, reviews: Sequence[_Review], setting: Setting) -> Iterator[Answer]:
    plans = list(_plans(child))
    in_force = _in_force(plans, setting.as_of)
    for plan in plans:
        if plan.start is None:
            continue
        council, last = plan.request.council, plan.ceased or date.max
        decisions = sorted({d for d in _decisions(child, reviews, council) if plan.start < d <= last})
        meetings = [r.meeting for r in reviews if r.council == council and r.meeting <= last]
        is_superseded = _is_active(plan, setting.as_of) and plan is not in_force
        for begun in (plan.start, *(d for d in decisions if d < last)):
            is_first = begun == plan.start
            told = told_from(council, setting)
            is_told = (told is not None and told <= begun) or (is_first and months_after(begun, 24) > setting.as_of)
            is_out = (plan.is_transferred and is_first) or is_superseded or not is_told
            always = frozenset({"historical"} if is_out else ())
            for name, days in (("held", meetings), ("decided", decisions)):
                stop = first(day for day in days if day > begun)
                running = Running(begun, stop, plan.ceased, None, None, always, of_person(child.person))
                due = months_after(begun, 12)
                yield read_until(f"ehc_review_{name}_12m", due, council, council, child.person, running, setting)


def _decisions(child: Child, reviews: Sequence[_Review], council: str) -> Iterator[date]:
    yield from (r.decided for r in reviews if r.council == council and r.decided is not None)
    own = {request.request for request in child.requests if request.council == council}
    yield from (p.last_review for p in child.active_plans if p.request in own and p.last_review is not None)


def _plans(child: Child) -> Iterator[_Plan]:
    for request in child.requests:
        active = [plan for plan in child.active_plans if plan.request == request.request]
        is_transferred = any(plan.transfer_la for plan in active)
        own = {a.assessment for a in child.assessments if a.request == request.request}
        named: list[NamedPlan] = [plan for plan in child.plans if plan.assessment in own]
        yield from (_Plan(request, plan.start, plan.ceased, is_transferred) for plan in named)
        if active and not named:
            yield _Plan(request, None, None, is_transferred)


def _is_active(plan: _Plan, as_of: date) -> bool:
    return (plan.start is None or plan.start <= as_of) and (plan.ceased is None or plan.ceased > as_of)


def _in_force(plans: Sequence[_Plan], as_of: date) -> _Plan | None:
    """Of two plans in force the later start stands, then the one that was taken over, then the later request (7.10)."""
    active = [plan for plan in plans if _is_active(plan, as_of)]
    active.sort(key=lambda plan: plan.request.council)
    active.sort(key=lambda plan: (plan.start or date.min, plan.is_transferred, plan.request.received), reverse=True)
    return active[0] if active else None
