"""The attacker against what disclosure control lets out: small areas, small cells, and a solver over every published table at once."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets_tests.disclosure.attacker import Attacker
from assets_tests.disclosure.cube import eight_releases, published
from sendjc_pipeline.disclosure import hiding, profiles
from sendjc_pipeline.disclosure.audit import GivenAway

THRESHOLD = {"open": (7, 5), "partner": (4, 1)}
WITHIN = ("year to date", "complement", "nested")
ONE_AFTER_THE_OTHER = (0, 1, 2, 3)


def attacked(truth: list[pd.DataFrame], profile: str, told_unchanged: bool = False) -> Attacker:
    """What the attacker makes of the releases."""
    attacker = Attacker(*THRESHOLD[profile], told_unchanged, sees_marks=profile == "partner")
    for shown, true in zip(published(truth, profile), truth, strict=True):
        attacker.read(shown, true)
    return attacker


@pytest.mark.parametrize("profile", ["open", "partner"])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), mean=st.sampled_from([6.0, 20.0, 60.0]))
def test_no_small_count_of_one_release_is_recovered(profile: str, seed: int, mean: float) -> None:
    attacker = attacked(eight_releases(seed, mean, order=(1,)), profile)
    assert attacker.recovered() == []
    assert attacker.told_apart(WITHIN) == []


@pytest.mark.parametrize("profile", ["open", "partner"])
def test_no_small_count_is_recovered_from_a_year_of_quarters(profile: str) -> None:
    attacker = attacked(eight_releases(0, 20.0, order=ONE_AFTER_THE_OTHER), profile, told_unchanged=True)
    assert attacker.recovered() == []
    assert attacker.told_apart(WITHIN) == []


@pytest.mark.parametrize("profile", ["open", "partner"])
def test_no_small_count_is_recovered_from_eight_releases_with_corrections(profile: str) -> None:
    attacker = attacked(eight_releases(1, 6.0), profile)
    assert len(attacker.hidden) > 200
    assert attacker.recovered() == []


def test_the_audit_refuses_what_secondary_suppression_would_have_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiding, "spread", lambda con, by: None)
    monkeypatch.setattr(profiles, "widen", lambda con, by, given_away: None)
    with pytest.raises(GivenAway, match="could be worked out"):
        published(eight_releases(3, 20.0, order=(0,)), "partner")


def test_what_the_rules_leave_too_narrow_is_hidden_before_anything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of all feeds was refused for 7 counts that no rule had thought of: a quarter must not stay unpublished for that."""
    monkeypatch.setattr(hiding, "spread", lambda con, by: None)
    published(eight_releases(3, 20.0, order=(0,)), "partner")


@pytest.mark.parametrize("profile", ["open", "partner"])
def test_without_secondary_suppression_the_attacker_recovers_counts(
    profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiding, "spread", lambda con, by: None)
    monkeypatch.setattr(profiles, "attack", lambda con, by: None)
    assert attacked(eight_releases(3, 20.0, order=(0,)), profile).recovered()


@pytest.mark.parametrize("profile", ["open", "partner"])
def test_a_restatement_keeps_hidden_what_was_hidden(profile: str) -> None:
    first, second = published(eight_releases(1, 40.0, order=(0, 0)), profile)
    was_hidden = first["suppression"].isin(["primary", "secondary"])
    assert was_hidden.any()
    assert second.loc[was_hidden.to_numpy(), "suppression"].isin(["primary", "secondary"]).all()
