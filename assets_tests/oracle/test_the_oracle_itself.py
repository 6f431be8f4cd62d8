"""Properties of the oracle, on single children that Hypothesis makes: what must hold of every answer, whatever partners send."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import community, local_waits, mental_health, plans, services, waits
from .children import a_child
from .choices import Drawn, Seeded
from .clocks import Answer, band_of
from .compare import SIDES
from .days import ten_years_after
from .records import Child, Setting, setting_of

QUARTERS = ((2023, 4), (2024, 4), (2024, 1), (2024, 3))


@st.composite
def child_and_setting(draw: st.DrawFn) -> tuple[Child, Setting]:
    setting = setting_of(*draw(st.sampled_from(QUARTERS)))
    return a_child(Drawn(draw), setting, "x"), setting


def answers(child: Child, setting: Setting) -> list[Answer]:
    return [answer for of in SIDES for answer in of(child, setting)]


@settings(max_examples=300, deadline=None)
@given(child_and_setting())
def test_an_answer_does_not_contradict_itself(sample: tuple[Child, Setting]) -> None:
    child, setting = sample
    for answer in answers(child, setting):
        runs = answer.status in ("open", "stopped", "ended")
        assert (answer.status == "not_started") == (answer.start > setting.as_of)
        assert (answer.settled is not None) == (answer.status in ("stopped", "ended"))
        assert answer.settled is None or answer.settled <= setting.as_of
        assert (answer.wait is not None) == runs
        assert not answer.is_counted or runs
        assert not answer.is_counted or (answer.wait is not None and answer.wait >= 0)
        if answer.wait is not None:
            last = answer.start + timedelta(days=answer.wait)
            assert last == (answer.settled or setting.as_of)
            is_over = None if answer.due is None else last > answer.due
            if answer.clock == "ehc_draft_15d":
                is_over = last < answer.due
            assert answer.is_over == is_over or (answer.clock == "ehc_draft_15d" and not answer.is_over)
            assert answer.wait < 0 or answer.band == band_of(answer.wait)
            assert answer.wait >= 0 or "impossible" in answer.left_out
            assert last <= ten_years_after(answer.start) or "impossible" in answer.left_out


@settings(max_examples=200, deadline=None)
@given(child_and_setting())
def test_every_case_has_its_answers(sample: tuple[Child, Setting]) -> None:
    child, setting = sample
    known = [r for r in child.requests if r.received >= date(2014, 9, 1)]
    assert len(plans.answers(child, setting)) == 6 * len(known)
    said = {
        (feed, one.provider, one.referral, part.service)
        for feed, rows in (("csds", community.asked(child, setting)), ("mhsds", mental_health.asked(child, setting)))
        for one in rows
        for part in one.parts
        if part.service is not None
    }
    assert len(waits.answers(child, setting)) == sum(len(services.CLOCKS[service]) for *_, service in said)
    sent = {("csds", r.provider, r.referral) for r in child.referrals} | {
        ("mhsds", r.provider, r.referral) for r in child.mind_referrals
    }
    assert {one[:3] for one in said} <= sent
    asked = [
        *((row[0], row[2], 1) for row in child.sleeps),
        *((row.sender, row.caseload, 2) for row in child.caseloads),
        *((row.sender, row.item, 1) for row in child.items),
        *((row.sender, row.package, 1) for row in child.packages if row.received is not None),
    ]
    assert len(local_waits.answers(child, setting)) == sum(clocks for *_, clocks in set(asked))


@settings(max_examples=200, deadline=None)
@given(child_and_setting())
def test_the_order_of_the_rows_says_nothing(sample: tuple[Child, Setting]) -> None:
    child, setting = sample
    turned = Child(child.person, **{
        name: list(reversed(getattr(child, name))) for name in vars(child) if name != "person"
    })  # fmt: skip
    assert sorted(map(str, answers(turned, setting))) == sorted(map(str, answers(child, setting)))


@settings(max_examples=200, deadline=None)
@given(child_and_setting())
def test_spells_of_a_provider_never_overlap(sample: tuple[Child, Setting]) -> None:
    """A counted wait began more than five days after the one before it had ended, and never while that was open."""
    child, setting = sample
    found = [a for a in waits.answers(child, setting) if "duplicate_in_spell" not in a.left_out]
    found += [
        a
        for a in local_waits.answers(child, setting)
        if a.clock in ("sleep_contact", "hearing_contact") and "duplicate_in_spell" not in a.left_out
    ]
    for clock, provider in {(a.clock, a.provider) for a in found}:
        spells = sorted((a for a in found if (a.clock, a.provider) == (clock, provider)), key=lambda a: a.start)
        for one, next_one in pairwise(spells):
            assert one.start < next_one.start
            if next_one.start <= setting.as_of:
                assert one.status != "open"


def test_the_same_seed_makes_the_same_children() -> None:
    setting = setting_of(2023, 4)
    one, other = ([a_child(Seeded(7), setting, "x") for _ in range(2)] for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0-7"), (7, "0-7"), (8, "8-14"), (126, "85-126"), (127, "127-364"), (364, "127-364"), (365, "365+")],
)
def test_the_bands_are_those_of_the_national_list(days: int, band: str) -> None:
    assert band_of(days) == band


def test_quarters_and_anniversaries_are_those_of_the_calendar() -> None:
    setting = setting_of(2023, 4)
    assert (setting.start, setting.as_of) == (date(2024, 1, 1), date(2024, 3, 31))
    assert [p.label for p in setting.periods] == ["2023-24-Q1", "2023-24-Q2", "2023-24-Q3", "2023-24-Q4"]
    assert [p.end for p in setting_of(2024, 1).periods][:2] == [date(2023, 9, 30), date(2023, 12, 31)]
    assert ten_years_after(date(2012, 2, 29)) == date(2022, 2, 28)
