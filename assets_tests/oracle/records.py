"""What partners send of a child, as raw records, and the quarter that they are read for. Records only.

Field names are short; warehouse.py knows which column of schema `raw` each one fills.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple


class Period(NamedTuple):
    """A quarter that a provider sends an extract for; `place` orders them, the newest last."""

    place: int
    label: str
    start: date
    end: date


@dataclass(frozen=True)
class Setting:
    """The quarter that is read, its freeze date, and the extracts that came before it."""

    label: str
    start: date
    as_of: date
    known_at: date
    periods: tuple[Period, ...]


class Person(NamedTuple):
    """The child as identity knows it: age at the quarter's end, an area of residence, `elsewhere` or None."""

    key: str
    age: int
    area: str | None
    is_deceased: bool


class Request(NamedTuple):
    """SEN2: a request for an assessment, its decision (Y N A W H) and whether the case was exported to another authority."""

    council: str
    request: str
    person: str
    received: date
    outcome: str
    outcome_date: date | None
    exported: str | None
    has_lost_rows: bool


class Assessment(NamedTuple):
    """SEN2: an assessment, its outcome (Y N A W H S) and whether an exception to the 20 weeks is recorded."""

    council: str
    assessment: str
    request: str
    outcome: str
    outcome_date: date | None
    week20: bool


class NamedPlan(NamedTuple):
    """SEN2: a plan that an assessment led to."""

    council: str
    plan: str
    assessment: str
    start: date
    ceased: date | None = None


class ActivePlan(NamedTuple):
    """SEN2: a plan in force, the authority that it was transferred in from, its last review and its phase transfer."""

    council: str
    active_plan: str
    request: str
    transfer_la: str | None
    meeting: date | None = None
    outcome: str | None = None
    draft: date | None = None
    last_review: date | None = None
    transfer_due: date | None = None
    transfer_final: date | None = None


class LocalRequest(NamedTuple):
    """ehc_local: a request in the council's own system, as sent in one extract."""

    council: str
    period: int
    local_request: str
    person: str
    received: date
    draft: date | None
    comments: date | None
    final: date | None


class LocalReview(NamedTuple):
    """ehc_local: a review in the council's own system, as sent in one extract."""

    council: str
    period: int
    local_review: str
    person: str
    meeting: date
    report: date | None
    outcome: str | None
    decided: date | None
    notice: date | None
    final: date | None


class Advice(NamedTuple):
    """ep_advice: a request for advice to one adviser, as sent in one extract."""

    council: str
    period: int
    advice: str
    person: str
    adviser: str
    requested: date
    allocated: date | None
    returned: date | None
    cancelled: date | None
    late_reason: str | None


class Referral(NamedTuple):
    """CYP101 as sent in one extract."""

    provider: str
    period: int
    referral: str
    person: str
    received: date
    discharged: date | None
    has_lost_rows: bool
    reason: str | None = None


class MindReferral(NamedTuple):
    """MHS101 as sent in one extract; version 6 names the first team and its rejection, version 5 neither."""

    provider: str
    period: int
    referral: str
    person: str
    patient: str
    received: date
    discharged: date | None
    has_lost_rows: bool
    reason: str | None
    team: str | None
    rejected: date | None


class Team(NamedTuple):
    """CYP102 or MHS102: a team that the referral went to, as sent in one extract; version 6 of MHS102 does not tell its type."""

    provider: str
    period: int
    referral: str
    team: str | None
    team_type: str | None
    closed: date | None
    rejected: date | None


class TeamType(NamedTuple):
    """MHS902: what a provider's team is, as sent in one extract."""

    provider: str
    period: int
    team: str
    team_type: str


class Contact(NamedTuple):
    """CYP201 or MHS201: an appointment; `attendance` is None where it has not happened or was not recorded."""

    provider: str
    period: int
    contact: str
    referral: str
    team: str | None
    day: date
    attendance: str | None


class Activity(NamedTuple):
    """CYP202 (a type of activity) or MHS202 (a procedure): what was done at an appointment."""

    provider: str
    period: int
    activity: str
    contact: str
    code: str | None


class Rtt(NamedTuple):
    """CYP104 or MHS104: a referral-to-treatment period."""

    provider: str
    period: int
    referral: str
    pathway: str
    start: date
    end: date | None
    status: str


class Diagnosis(NamedTuple):
    """CYP606 (provisional), CYP607, CYP608, MHS604 or MHS605: a diagnosis under a referral."""

    provider: str
    period: int
    referral: str
    scheme: str
    diagnosis: str
    day: date | None


class Score(NamedTuple):
    """MHS606: an outcome was measured with a tool."""

    provider: str
    period: int
    referral: str
    tool: str
    day: date | None


class CarePlan(NamedTuple):
    """MHS008: a plan that was made with a patient, under no referral."""

    provider: str
    period: int
    care_plan: str
    person: str
    patient: str
    day: date | None


class Sleep(NamedTuple):
    """Local file: a referral to sleep support."""

    sender: str
    period: int
    referral: str
    person: str
    received: date
    accepted: date | None
    rejected: date | None
    seen: date | None
    discharged: date | None
    has_lost_rows: bool


class Step(NamedTuple):
    """Local file: a step of the sleep pathway."""

    sender: str
    period: int
    step: str
    referral: str
    name: str
    listed: date
    attended: date | None


class Caseload(NamedTuple):
    """Local file: a need (HI VI MSI SP) on a sensory service's caseload, or referred to it; band 0 and reason 4 say not eligible."""

    sender: str
    period: int
    caseload: str
    person: str
    need: str
    received: date
    assessed: date | None
    band: str | None
    visits: int | None
    taken_on: date | None
    visited: date | None
    ended: date | None
    reason: str | None
    has_lost_rows: bool


class Item(NamedTuple):
    """Local file: equipment of a kind that was asked for, its decision (A D) and its delivery."""

    sender: str
    period: int
    item: str
    person: str
    kind: str
    received: date
    assessed: date | None
    decided: date | None
    decision: str | None
    delivered: date | None
    has_lost_rows: bool


class Package(NamedTuple):
    """Local file: a short break of a kind; the day on which it was asked for may not be known."""

    sender: str
    period: int
    package: str
    person: str
    kind: str
    received: date | None
    agreed: date | None
    begun: date | None
    ended: date | None
    hours: float | None
    has_lost_rows: bool


@dataclass
class Child:
    """A child with everything that partners sent of it."""

    person: Person
    requests: list[Request] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    plans: list[NamedPlan] = field(default_factory=list)
    active_plans: list[ActivePlan] = field(default_factory=list)
    local_requests: list[LocalRequest] = field(default_factory=list)
    local_reviews: list[LocalReview] = field(default_factory=list)
    advices: list[Advice] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    rtts: list[Rtt] = field(default_factory=list)
    suspicions: list[Diagnosis] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    further_diagnoses: list[Diagnosis] = field(default_factory=list)
    mind_referrals: list[MindReferral] = field(default_factory=list)
    mind_teams: list[Team] = field(default_factory=list)
    mind_team_types: list[TeamType] = field(default_factory=list)
    mind_contacts: list[Contact] = field(default_factory=list)
    mind_activities: list[Activity] = field(default_factory=list)
    mind_rtts: list[Rtt] = field(default_factory=list)
    mind_diagnoses: list[Diagnosis] = field(default_factory=list)
    mind_further_diagnoses: list[Diagnosis] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    care_plans: list[CarePlan] = field(default_factory=list)
    sleeps: list[Sleep] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    caseloads: list[Caseload] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    packages: list[Package] = field(default_factory=list)


TABLES = (
    "requests", "assessments", "plans", "active_plans", "local_requests", "local_reviews", "advices",
    "referrals", "teams", "contacts", "activities", "rtts", "suspicions", "diagnoses", "further_diagnoses",
    "mind_referrals", "mind_teams", "mind_team_types", "mind_contacts", "mind_activities", "mind_rtts", "mind_diagnoses",
    "mind_further_diagnoses", "scores", "care_plans",
    "sleeps", "steps", "caseloads", "items", "packages",
)  # fmt: skip


LAYOUT = {"nottingham": "2026", "nottinghamshire": "2025", "derby": "2025", "newcastle": "2024"}
"""The layout of each council's return: 2024 has no draft of an amended plan and no phase transfer (sources 1.3)."""


def told_from(council: str, setting: Setting) -> date | None:
    """The first day that extracts of the council's own system cover; None where it sends none."""
    first = {"derby": setting.start.replace(year=setting.start.year - 3), "newcastle": setting.periods[0].start}
    return None if council == "nottinghamshire" else first.get(council, setting.start)


def setting_of(year: int, number: int, extracts: int = 4) -> Setting:
    """The setting of quarter `number` (1 April to June) of the financial year that begins in `year`."""
    periods = [_quarter(year, number - back) for back in reversed(range(extracts))]
    label, start, end = periods[-1]
    placed = tuple(Period(place, *period) for place, period in enumerate(periods))
    return Setting(label, start, end, end + timedelta(days=50), placed)


def _quarter(year: int, number: int) -> tuple[str, date, date]:
    year, number = year + (number - 1) // 4, (number - 1) % 4 + 1
    month = 3 * number + 1
    start, following = (date(year + (m - 1) // 12, (m - 1) % 12 + 1, 1) for m in (month, month + 3))
    return f"{year}-{(year + 1) % 100:02d}-Q{number}", start, following - timedelta(days=1)
