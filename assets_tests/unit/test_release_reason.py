"""The reason that a release gives for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.reason import reason_of
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from unit.release_samples import home, provenance, publish, submission

QUARTER = Quarter.parse("2024-25-Q4")
PLANS = [("plans", "derby", 40, "provisional", "none")]


def made(**parts: str) -> dict[str, object]:
    """What a release is made of, with every part that a real one names."""
    return {**provenance(submission("derby", "sen2", "a"), **{"frozen": "no", **parts}), "key_rotation": "1"}


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    settings = home(tmp_path)
    publish(settings, PLANS, made())
    return settings


def test_a_quarter_that_was_never_published_is_a_first_publication(tmp_path: Path) -> None:
    assert reason_of(home(tmp_path), QUARTER, (), made()) == "first publication"


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("submissions", "new, corrected or withdrawn submissions"),
        ("history", "submissions of other periods"),
        ("decisions", "verdicts of reviewers"),
        ("opt_outs", "opt-outs"),
        ("places", "the postcode directory"),
        ("frozen", "its freeze date has passed"),
        ("models", "models or seeds"),
        ("code", "the code"),
    ],
)
def test_a_revision_says_which_part_is_another(published: Settings, part: str, reason: str) -> None:
    assert reason_of(published, QUARTER, (), made(**{part: "other"})) == reason


def test_several_reasons_are_all_said(published: Settings) -> None:
    assert reason_of(published, QUARTER, (), made(code="other", opt_outs="other")) == "opt-outs; the code"


def test_other_keys_are_a_reason(published: Settings) -> None:
    assert reason_of(published, QUARTER, (), {**made(), "key_rotation": "2"}) == "the keys"


def test_a_topic_held_back_is_the_reason_and_so_is_its_return(published: Settings) -> None:
    assert (
        reason_of(published, QUARTER, ("waits", "ehc"), made()) == "published without ehc, waits, whose checks are red"
    )
    publish(published, PLANS, {**made(), "withheld_topics": ["ehc"]})
    assert reason_of(published, QUARTER, (), made()) == "published with ehc again"


def test_the_release_that_stood_is_compared_and_not_one_rolled_back(published: Settings) -> None:
    publish(published, PLANS, made(code="other"))
    ledger.roll_back(published)
    assert reason_of(published, QUARTER, (), made(code="other")) == "the code"
    assert reason_of(published, QUARTER, (), made()) == "published again"
