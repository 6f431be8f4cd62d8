"""The clocks of single steps (domain rules 7.1): the family's days with the draft, advice, phase transfers.

- Draft: at least 15 days from the draft to the plan, the 15th day enough; a family that answered the draft needs no more.
  A request of the council's own system is that of SEN2 with the same child and day of receipt; else it stands alone.
- Advice: within 6 weeks of the request to each adviser; an excuse of regulation 8 leaves it out. For a psychologist also the days until it
  is given to a named one, or returned at the latest (rules 1.2), which nothing excuses.
- Phase transfer: final by 15 February or 31 March, the day itself in time; else by the day that the authority gives. The year
  before that day is taken to be the time of the work.
- Of a record that was sent several times the newest stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .clocks import Answer, Running, of_person, read, read_until
from .days import months_after, plus
from .plans import IN_FORCE, case_of, first
from .records import Advice, Child, LocalRequest, Setting

_ADVISERS = {
    "EP": "ep", "SLT": "slt", "OT": "ot", "PT": "physio", "PAED": "paediatric", "CAMHS": "camhs", "SENS": "sensory",
    "SC": "social_care", "SCHOOL": "school", "OTHER": "other",
}  # fmt: skip
_EXCUSES = ("1", "2", "3", "5")  # missed appointments, closed setting, personal circumstances, absence from the area
_PHASES = {(2, 15): "15_feb", (3, 31): "31_mar"}


def answers(child: Child, setting: Setting) -> list[Answer]:
    """A clock for each draft, each request for advice and each phase transfer."""
    drafts = {(d.council, d.local_request): d for d in sorted(child.local_requests, key=lambda d: d.period)}
    advices = {(a.council, a.advice): a for a in sorted(child.advices, key=lambda a: a.period)}
    found = [
        *(_draft(child, draft, setting) for draft in drafts.values() if draft.draft is not None),
        *(answer for advice in advices.values() for answer in _advice(child, advice, setting)),
        *_transfers(child, setting),
    ]
    return [answer for answer in found if answer.start >= IN_FORCE]


def _draft(child: Child, draft: LocalRequest, setting: Setting) -> Answer:
    assert draft.draft is not None
    sent, due = draft.draft, plus(draft.draft, 15)
    issued, ends, always, while_open = [draft.final], [], set(), set(of_person(child.person))
    for request in child.requests:
        if (request.council, request.received) != (draft.council, draft.received):
            continue
        case = case_of(child, request)
        issued.append(case.issued)
        withdrawn = request.outcome_date if request.outcome == "W" else None
        gone = request.exported not in (None, "", "0") or case.is_elsewhere or case.is_closed_undated
        ends += [withdrawn, case.refused_to_issue, case.withdrawn, request.received if gone else None]
        always |= {"historical"} if case.is_elsewhere else set()
        while_open |= {"incomplete"} if request.has_lost_rows else set()
    last = draft.final or date.max
    is_answered = draft.comments is not None and sent <= draft.comments <= last
    marks = frozenset({"excepted"} if is_answered else ())
    running = Running(sent, first(issued), first(ends), None, None, frozenset(always), frozenset(while_open), marks)
    read_as = read_until("ehc_draft_15d", due, draft.council, draft.council, child.person, running, setting)
    is_too_soon = read_as.status == "stopped" and read_as.settled is not None and read_as.settled < due
    return read_as._replace(is_over=is_too_soon and not is_answered)


def _advice(child: Child, advice: Advice, setting: Setting) -> Iterator[Answer]:
    always = frozenset({"excepted"} if advice.late_reason in _EXCUSES else ())
    running = Running(advice.requested, advice.returned, advice.cancelled, None, None, always, of_person(child.person))
    clock = f"{_ADVISERS[advice.adviser]}_advice_6w"
    yield read(clock, 42, advice.council, advice.council, child.person, running, setting)
    if advice.adviser == "EP":
        given = running._replace(stop=first([advice.allocated, advice.returned]), always=frozenset())
        yield read("ep_allocation", None, advice.council, advice.council, child.person, given, setting)


def _transfers(child: Child, setting: Setting) -> Iterator[Answer]:
    council = {request.request: request.council for request in child.requests}
    finals: dict[tuple[str, date], list[date | None]] = {}
    for plan in child.active_plans:
        if plan.transfer_due is not None:
            finals.setdefault((plan.request, plan.transfer_due), []).append(plan.transfer_final)
    for (request, due), days in finals.items():
        begun = months_after(due, -12)
        running = Running(begun, first(days), None, None, None, frozenset(), of_person(child.person))
        clock = f"ehc_phase_transfer_{_PHASES.get((due.month, due.day), 'other')}"
        yield read_until(clock, due, council[request], council[request], child.person, running, setting)
