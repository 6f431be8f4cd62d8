"""The oracle and dbt on 20,000 random children: every clock of `clock_rule` on both sides and no difference; each golden case (7.12) many times."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from .clocks import Answer
from .compare import Comparison, answers, children_of, compare
from .lives import STOPPED_SENDING
from .records import Child, setting_of

CHILDREN, SEED = 20_000, 2024
SETTING = setting_of(2023, 4)  # it holds 29 February, and the clocks change on its last day
LEAST = 100
SEED_FILE = Path(__file__).parents[2] / "seeds" / "reference" / "clock_rule.csv"
"""Only the names of the clocks are read of it."""
CLOCKS = tuple(row["clock_id"] for row in csv.DictReader(SEED_FILE.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def children() -> list[Child]:
    return children_of(SETTING, SEED, CHILDREN)


@pytest.fixture(scope="module")
def expected(children: list[Child]) -> list[Answer]:
    return answers(children, SETTING)


@pytest.fixture(scope="module")
def compared(children: list[Child], expected: list[Answer]) -> Comparison:
    return compare(children, SETTING, expected)


def test_every_clock_is_the_same_on_both_sides(compared: Comparison) -> None:
    assert compared.children == CHILDREN
    assert compared.clocks > 10 * CHILDREN
    assert compared.differences.height == 0, compared.differences.head(20)


def seldom_answered(found: Iterable[Answer], clocks: Collection[str]) -> set[str]:
    """The clocks of which fewer than the floor are counted, and those that are answered though no rule names them."""
    counted = Counter(answer.clock for answer in found if answer.is_counted)
    return {clock for clock in clocks if counted[clock] < LEAST} | (set(counted) - set(clocks))


def test_every_clock_that_a_rule_names_is_answered_many_times(expected: list[Answer]) -> None:
    assert len(CLOCKS) > 50
    assert seldom_answered(expected, CLOCKS) == set()


@pytest.mark.parametrize("clock", ["camhs_help", "physio_treatment", "ehc_draft_15d"])
def test_a_clock_that_is_left_out_is_named(expected: list[Answer], clock: str) -> None:
    """Red is seen: of a service that the oracle forgets, and of a rule that nobody wrote."""
    assert seldom_answered((answer for answer in expected if answer.clock != clock), CLOCKS) == {clock}
    assert seldom_answered(expected, [one for one in CLOCKS if one != clock]) == {clock}


def test_a_changed_answer_is_a_difference(children: list[Child]) -> None:
    """Red is seen: the same children, one of whose clocks the oracle's side counts the other way."""
    few = children[:300]
    expected = answers(few, SETTING)
    changed = [*expected[:-1], expected[-1]._replace(is_counted=not expected[-1].is_counted)]
    found = compare(few, SETTING, changed)
    assert found.differences["says"].sort().to_list() == ["dbt", "oracle"]


@pytest.fixture(scope="module")
def seen(children: list[Child], expected: list[Answer]) -> Counter[str]:
    found: Counter[str] = Counter(case for child in children for case in _cases_of(child))
    for a in expected:
        found.update([a.status, *a.left_out.split("|")])
        if a.due is not None:
            found[f"{a.clock} on the limit day"] += a.is_counted and a.wait == (a.due - a.start).days
            found[f"{a.clock} on the day after"] += a.is_counted and a.wait == (a.due - a.start).days + 1
        found["12 months from 29 February"] += a.clock.endswith("_12m") and (a.start.month, a.start.day) == (2, 29)
        if a.clock == "ehc_draft_15d" and a.status == "stopped":
            found[f"draft on day {a.wait}"] += a.is_counted
            found["answered draft"] += not a.is_over and (a.wait or 0) < 15
        found["settled on the last day"] += a.settled == SETTING.as_of
        found["over ten years"] += (a.wait or 0) > 3653
        found["settled before it began"] += (a.wait or 0) < 0
    return found


def _cases_of(child: Child) -> Iterator[str]:
    """Golden cases that show in what was sent."""
    for request in child.requests:
        if request.exported not in (None, "0"):
            yield "moved in assessment"
        if request.outcome == "N" and any(a.request == request.request for a in child.assessments):
            yield "refusal overturned"
        if request.received == date(2024, 2, 29):
            yield "begun on 29 February"
    for assessment in child.assessments:
        if assessment.week20 and assessment.outcome == "Y":
            yield "exception"
        if assessment.outcome_date == SETTING.start - timedelta(days=1):
            yield "settled the day before the quarter"
    yield from ("transferred in" for plan in child.active_plans if plan.transfer_la)
    yield from _cases_of_referrals(child)
    yield from _cases_of_mental_health(child)
    yield from _cases_of_local_rows(child)


def _cases_of_referrals(child: Child) -> Iterator[str]:
    providers = {referral.provider for referral in child.referrals}
    if len(providers) > 1:
        yield "transferred between providers"
    if STOPPED_SENDING in providers:
        yield "provider stopped sending"
    newest = {(r.provider, r.referral): r for r in child.referrals}.values()
    for one in newest:
        if one.period < 3 and one.discharged is None and one.provider != STOPPED_SENDING:
            yield "no longer sent"
        for other in newest:
            if one.discharged and other.provider == one.provider:
                yield f"referred again on day {(other.received - one.discharged).days}"
    held = {(r.provider, r.referral, r.period) for r in child.referrals}
    first = {(c.provider, c.referral, c.contact): c for c in reversed(child.contacts)}
    for contact in first.values():
        if contact.attendance in ("3", "7"):
            yield "was not brought"
        own = next((p.place for p in SETTING.periods if p.start <= contact.day <= p.end), 9)
        if own < contact.period and (contact.provider, contact.referral, own) in held:
            yield "recorded late"


def _cases_of_mental_health(child: Child) -> Iterator[str]:
    newest = {(r.provider, r.referral): r for r in sorted(child.mind_referrals, key=lambda r: r.period)}
    for key, referral in newest.items():
        teams = [team for team in child.mind_teams if (team.provider, team.referral) == key]
        types = {team.team_type for team in teams}
        if referral.team is not None and None in types and len(types) > 1:
            yield "version 5, then version 6"
        if referral.team is None and not teams:
            yield "no team named"
        if any(team.period < referral.period for team in teams) and referral.period not in {
            team.period for team in teams
        }:
            yield "team no longer named"
        if any(c.team is None for c in child.mind_contacts if (c.provider, c.referral) == key):
            yield "contact without a team"
        if any(d.day and d.day < referral.received for d in child.mind_diagnoses if (d.provider, d.referral) == key):
            yield "diagnosis before the referral"
        if any(r.provider == referral.provider for r in child.referrals):
            yield "both feeds of a provider"
    days = {plan.day for plan in child.care_plans}
    yield from ("care plan on the day of receipt" for one in newest.values() if one.received in days)
    yield from (
        "care plan on the day of discharge" for one in newest.values() if one.discharged in days and one.discharged
    )
    yield from ("autism is suspected" for one in child.suspicions if one.diagnosis in ("401204006", "F84.0"))


def _cases_of_local_rows(child: Child) -> Iterator[str]:
    if len({item.kind for item in child.items}) > 1:
        yield "two kinds of equipment"
    yield from ("advice excused" for advice in child.advices if advice.late_reason in ("1", "2", "3", "5"))
    yield from ("not eligible" for need in child.caseloads if need.band == "0" and not (need.taken_on or need.visited))
    yield from (
        "accepted after all"
        for sleep in child.sleeps
        if sleep.rejected and (sleep.accepted or sleep.rejected) > sleep.rejected
    )
    yield from ("break without a day of asking" for package in child.packages if package.received is None)


GOLDEN = [
    "open", "stopped", "ended", "nullified", "not_started", "aged_out", "deceased", "duplicate_in_spell", "excepted", "historical",
    "impossible", "incomplete", "not_resident", "rejected", "settled on the last day", "over ten years", "settled before it began",
    "moved in assessment", "refusal overturned", "exception", "settled the day before the quarter", "transferred in",
    "transferred between providers", "provider stopped sending", "no longer sent", "referred again on day 5",
    "referred again on day 6", "recorded late", "was not brought", "two kinds of equipment", "advice excused", "not eligible",
    "accepted after all", "break without a day of asking",
    "version 5, then version 6", "no team named", "team no longer named", "contact without a team", "both feeds of a provider",
    "autism is suspected", "care plan on the day of receipt",
    *(f"{clock} on the {day}" for clock in (
        "slt_treatment_18w", "ot_treatment_13w", "ehc_decision_6w", "ehc_no_issue_16w", "ehc_plan_20w_inc", "ehc_plan_20w_exc",
        "ehc_decision_6w_exc", "ehc_review_decision_4w", "nd_assessment_18w")
      for day in ("limit day", "day after")),
]  # fmt: skip
FEWER = [
    *(f"{clock} on the {day}" for clock in (
        "ehc_no_issue_16w_exc", "ehc_review_report_2w", "ehc_amendment_notice_4w", "ehc_amended_plan_8w", "ehc_amended_plan_12w", "ehc_review_held_12m",
        "ehc_review_decided_12m", "ehc_phase_transfer_15_feb", "ehc_phase_transfer_31_mar", "ehc_phase_transfer_other",
        "ep_advice_6w", "slt_advice_6w", "school_advice_6w")
      for day in ("limit day", "day after")),
    "care plan on the day of discharge", "diagnosis before the referral", "draft on day 15", "draft on day 14", "answered draft", "12 months from 29 February",
]  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN)
def test_each_golden_case_comes_many_times(seen: Counter[str], case: str) -> None:
    assert seen[case] >= LEAST


def test_29_february_is_met(seen: Counter[str]) -> None:
    assert seen["begun on 29 February"] >= 20


@pytest.mark.parametrize("case", FEWER)
def test_each_case_of_the_later_steps_is_met(seen: Counter[str], case: str) -> None:
    assert seen[case] >= 10
