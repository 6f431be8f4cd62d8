"""What a council may say of drafts, advice, reviews and phase transfers of a child, also in ways that cannot be."""

from __future__ import annotations

from collections import Counter
from datetime import date

from .choices import Choices
from .days import a_start, a_stop, months_after, plus
from .records import LAYOUT, ActivePlan, Advice, Child, LocalRequest, LocalReview, Setting, told_from

_ADVISERS = ("EP", "SLT", "OT", "PT", "PAED", "CAMHS", "SENS", "SC", "SCHOOL", "OTHER")
_REASONS = (None, None, "1", "2", "3", "4", "5", "9")
_OUTCOMES = ("A", "A", "A", "M", "C", None)


def add_steps(c: Choices, setting: Setting, child: Child, name: str) -> None:
    """What follows the requests and plans that the child already has."""
    council = {request.request: request.council for request in child.requests}
    if child.plans and child.plans[0].plan == f"n{name}_0_0" and c.chance(15):
        child.plans[0] = child.plans[0]._replace(ceased=a_stop(c, setting, child.plans[0].start, (365, 366)))
    seen: set[tuple[str, date | None]] = set()
    for place, plan in enumerate(child.active_plans):
        reviewed = _reviewed(c, setting, plan, LAYOUT[council[plan.request]])
        key = council[plan.request], reviewed.meeting
        if key not in seen:
            child.active_plans[place] = reviewed
        seen.add(key)
    _add_local_reviews(c, setting, child, name)
    _add_drafts(c, setting, child, name)
    for request in child.requests:
        for number in range(c.pick((0, 1, 1, 2))):
            _add_advice(c, setting, child, f"v{request.request}_{number}", request.council)


def _reviewed(c: Choices, setting: Setting, plan: ActivePlan, layout: str) -> ActivePlan:
    meeting = a_start(c, setting, (84, 56, 28, 14)) if c.chance(75) else None
    last = draft = outcome = None
    if meeting is not None and c.chance(35):  # notified after the review before, and the next is due in 12 months
        last = plus(months_after(meeting, -12), c.pick((0, 1, -1, 40)))
    elif meeting is not None and c.chance(85):
        last, outcome = a_stop(c, setting, meeting, (28,)), c.pick(_OUTCOMES)
    elif c.chance(30):
        last = plus(months_after(setting.as_of, -12), c.pick((0, 1, -1, 200)))
    if layout >= "2025" and meeting is not None and outcome is not None and c.chance(80):
        draft = a_stop(c, setting, meeting, (28,))
    due = final = None
    if layout >= "2025" and c.chance(40):
        month, day = c.pick(((2, 15), (3, 31), (2, 28), (4, 1)))
        due = date(setting.as_of.year - c.below(2), month, day)
        final = plus(due, c.pick((0, 1, -1, 30, -200, -370))) if c.chance(75) else None
    return plan._replace(
        meeting=meeting, outcome=outcome, draft=draft, last_review=last, transfer_due=due, transfer_final=final
    )


def _add_local_reviews(c: Choices, setting: Setting, child: Child, name: str) -> None:
    known = {request.request: request.council for request in child.requests}
    meetings = [(known[p.request], p.meeting) for p in child.active_plans if p.meeting is not None and c.chance(60)]
    for plan in child.plans:
        council = next(r.council for a in child.assessments for r in child.requests
                       if a.assessment == plan.assessment and a.request == r.request)  # fmt: skip
        if c.chance(50):
            meetings.append((council, plus(months_after(plan.start, 12), c.pick((0, 1, -1, -30, 90)))))
    for number, (council, meeting) in enumerate(meetings):
        if told_from(council, setting) is None:
            continue
        outcome = c.pick(_OUTCOMES)
        decided = a_stop(c, setting, meeting, (28,)) if outcome and c.chance(90) else None
        notice = a_stop(c, setting, meeting, (28,)) if outcome == "A" and c.chance(85) else None
        begun, limit = (notice, 56) if notice and c.chance(50) else (meeting, 84)
        review = LocalReview(
            council, setting.periods[-1].place, f"m{name}_{number}", child.person.key, meeting,
            a_stop(c, setting, meeting, (14,)) if c.chance(70) else None, outcome, decided, notice,
            a_stop(c, setting, begun, (limit,)) if c.chance(75) else None,
        )  # fmt: skip
        child.local_reviews.append(review)
        if council in ("derby", "newcastle") and c.chance(20):  # sent before, unfinished
            child.local_reviews.append(review._replace(period=review.period - 1, decided=None, notice=None, final=None))


def _add_drafts(c: Choices, setting: Setting, child: Child, name: str) -> None:
    days = Counter((request.council, request.received) for request in child.requests)
    for number, request in enumerate(child.requests):
        if days[request.council, request.received] > 1 or told_from(request.council, setting) is None or c.chance(40):
            continue
        received = request.received
        if c.chance(15):
            received = plus(received, 5)
            if (request.council, received) in days:
                continue
        issued = [a.outcome_date for a in child.assessments if a.request == request.request and a.outcome == "Y"]
        final = issued[0] if issued and c.chance(70) else a_stop(c, setting, received, (140,)) if c.chance(40) else None
        draft = plus(final, -c.pick((15, 14, 16, 30, 3, -2))) if final else a_start(c, setting, (15, 40))
        comments = plus(draft, c.pick((0, 5, -1, 14, 15, 40))) if c.chance(40) else None
        child.local_requests.append(
            LocalRequest(
                request.council, setting.periods[-1].place, f"q{name}_{number}", child.person.key, received,
                draft if c.chance(95) else None, comments, final,
            )
        )  # fmt: skip


def _add_advice(c: Choices, setting: Setting, child: Child, name: str, council: str) -> None:
    requested = a_start(c, setting, (42,))
    advice = Advice(
        council, setting.periods[-1].place, name, child.person.key, c.pick(_ADVISERS), requested,
        a_stop(c, setting, requested, (42,)) if c.chance(60) else None,
        a_stop(c, setting, requested, (42,)) if c.chance(70) else None,
        a_stop(c, setting, requested, (42,)) if c.chance(10) else None, c.pick(_REASONS),
    )  # fmt: skip
    child.advices.append(advice)
    if c.chance(20):
        child.advices.append(advice._replace(period=advice.period - 1, returned=None, late_reason="1"))
