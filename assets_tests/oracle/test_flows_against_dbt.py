"""The oracle's flow through pathways, and dbt's, of the same 8,000 random children: every step, count and mean, no difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from . import flows
from .compare_flows import Built, cases_of, contacts_of
from .lists import FEWEST_FOR_A_PERCENTILE, quantile
from .records import Setting, setting_of

CHILDREN = 8_000


class World(NamedTuple):
    """The cases and contacts of a quarter, and what dbt made of them."""

    setting: Setting
    cases: list[flows.Case]
    contacts: list[flows.Seen]
    built: Built


@pytest.fixture(scope="module")
def world() -> World:
    setting = setting_of(2023, 4)  # the year holds 29 February
    cases, contacts = cases_of(setting, 7, CHILDREN), contacts_of(setting, 7, CHILDREN)
    return World(setting, cases, contacts, Built(cases, contacts, setting))


def _first_day(setting: Setting) -> date:
    return setting.periods[0].start


def _expected(world: World) -> list[tuple[flows.Case, flows.Step]]:
    cohort = [case for case in world.cases if _first_day(world.setting) <= case.received <= world.setting.as_of]
    accepting = flows.services_that_accept(cohort, world.setting.as_of)
    return [(case, step) for case in cohort for step in flows.steps(case, world.setting.as_of, accepting)]


def test_every_step_of_every_case_is_the_same_on_both_sides(world: World) -> None:
    expected, built = Counter(step for _, step in _expected(world)), Counter(world.built.steps)
    assert (expected - built, built - expected) == (Counter(), Counter())
    assert {step.state for step in expected} == {"passed", "finished", "dropped_out", "in_step"}
    assert {"accepted", "discharged", "plan_issued"} <= {step.step for step in expected}


def test_the_cases_left_out_are_the_same(world: World) -> None:
    assert world.built.left_out == {case.key for case, _ in _expected(world) if case.is_left_out}


def test_the_mart_counts_the_same_cases(world: World) -> None:
    rows: dict[tuple[str, ...], list[int | None]] = defaultdict(list)
    for case, step in _expected(world):
        for area in _shown(case.area):
            for outcome, reason in _outcomes(case, step):
                rows[case.service, area, step.step, outcome, reason].append(step.days if outcome == "passed" else None)
    assert world.built.counts == {key: (len(days), len(days), *_weeks(days)) for key, days in rows.items()}


def test_what_was_done_for_a_child_is_the_same_on_both_sides(world: World) -> None:
    groups: dict[tuple[str, str], list[flows.Seen]] = defaultdict(list)
    for contact in world.contacts:
        if _first_day(world.setting) <= contact.day <= world.setting.as_of:
            for area in _shown(contact.area):
                groups[contact.service, area].append(contact)
    assert world.built.work == {key: pytest.approx(flows.work(seen)) for key, seen in groups.items()}


def test_a_changed_case_is_a_difference(world: World) -> None:
    """Red is seen: an event a day later changes a step."""
    case = next(c for c, step in _expected(world) if step.days and step.step == "received")
    later = case._replace(
        events=tuple((kind, day + timedelta(days=kind != "referral_received")) for kind, day in case.events)
    )
    changed = flows.steps(later, world.setting.as_of, {"slt"})
    assert not set(changed) <= set(world.built.steps)


def _shown(area: str) -> tuple[str, ...]:
    return (area, "qt1") if area in ("nottingham", "nottinghamshire") else (area,)


def _outcomes(case: flows.Case, step: flows.Step) -> Iterable[tuple[str, str]]:
    if case.is_left_out:
        yield "excluded", "Total"
        return
    yield "reached", "Total"
    yield step.state, "Total"
    if step.reason:
        yield "dropped_out", step.reason


def _weeks(days: list[int | None]) -> tuple[Any, Any]:
    told = [day for day in days if day is not None]
    if len(told) < FEWEST_FOR_A_PERCENTILE:
        return None, None
    return round(quantile(told, 0.5) / 7, 8), round(quantile(told, 0.92) / 7, 8)
