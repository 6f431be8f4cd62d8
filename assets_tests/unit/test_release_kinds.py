"""What a release is to its quarter: first publication, revision, restatement, by the day as known on (domain rule 7.9)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sendjc_pipeline.release import ledger
from sendjc_pipeline.release.publish import standing_of
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from unit.release_samples import home

QUARTER = Quarter.parse("2024-25-Q4")  # ends on 31 March: six weeks are 12 May, eighteen are 4 August
FIRST, BEFORE, FROZEN = "first publication", "revision before the freeze", "revision after the freeze"
RESTATED, AFTER = "restatement", "revision after the restatement"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return home(tmp_path)


def released(settings: Settings, known_at: str, quarter: Quarter = QUARTER) -> dict[str, str | None]:
    """Make the quarter's next release of what was known on a day; return what it says of itself."""
    told = standing_of(quarter, date.fromisoformat(known_at), ledger.standing(settings, quarter))
    number = sum(release.quarter == quarter for release in ledger.all_releases(settings)) + 1
    release = ledger.Release(ledger.releases_folder(settings) / f"{quarter}.r{number}", quarter, number)
    release.folder.mkdir(parents=True)
    (release.folder / "manifest.json").write_text(json.dumps(told))
    ledger.point_at(settings, release)
    return told


def kinds(settings: Settings, *days: str) -> list[str | None]:
    return [released(settings, day)["kind"] for day in days]


@pytest.mark.parametrize(
    ("day", "stage", "kind"),
    [
        ("2025-04-20", "provisional", BEFORE),
        ("2025-05-11", "provisional", BEFORE),
        ("2025-05-12", "frozen", FROZEN),
        ("2025-08-03", "frozen", FROZEN),
        ("2025-08-04", "restated", RESTATED),
        ("2026-08-04", "restated", RESTATED),
    ],
)
def test_a_second_release_is_what_its_day_makes_it(settings: Settings, day: str, stage: str, kind: str) -> None:
    released(settings, "2025-04-20")
    told = released(settings, day)
    assert (told["stage"], told["kind"]) == (stage, kind)
    assert (told["freeze"], told["restatement"]) == ("2025-05-12", "2025-08-04")
    assert told["previous_release_id"] == "2024-25-Q4.r1"


@pytest.mark.parametrize(
    ("day", "stage", "after"),
    [("2025-05-11", "provisional", BEFORE), ("2025-05-12", "frozen", FROZEN), ("2025-08-03", "frozen", FROZEN), ("2025-08-04", "restated", AFTER)],
)  # fmt: skip
def test_a_first_publication_is_one_however_late(settings: Settings, day: str, stage: str, after: str) -> None:
    told = released(settings, day)
    assert (told["stage"], told["kind"], told["previous_release_id"]) == (stage, FIRST, None)
    assert kinds(settings, day) == [after]


def test_a_quarter_is_restated_once(settings: Settings) -> None:
    days = ["2025-04-20", "2025-05-11", "2025-05-12", "2025-08-03", "2025-08-04", "2025-08-04", "2026-01-01"]
    assert kinds(settings, *days) == [FIRST, BEFORE, FROZEN, FROZEN, RESTATED, AFTER, AFTER]


def test_a_restatement_may_come_late_and_straight_after_the_first(settings: Settings) -> None:
    assert kinds(settings, "2025-05-11", "2025-10-01", "2025-10-02") == [FIRST, RESTATED, AFTER]


def test_a_restatement_that_was_rolled_back_does_not_stand_in_the_way(settings: Settings) -> None:
    assert kinds(settings, "2025-05-12", "2025-08-04") == [FIRST, RESTATED]
    ledger.roll_back(settings)
    told = released(settings, "2025-08-05")
    assert (told["kind"], told["previous_release_id"]) == (RESTATED, "2024-25-Q4.r1")


def test_figures_of_an_earlier_knowledge_give_no_second_restatement(settings: Settings) -> None:
    """With --force a release of what was known before may follow the restatement."""
    assert kinds(settings, "2025-05-12", "2025-08-04", "2025-08-03", "2025-08-06") == [FIRST, RESTATED, FROZEN, AFTER]


def test_another_quarter_is_judged_by_its_own_days(settings: Settings) -> None:
    kinds(settings, "2025-05-12", "2025-08-04")
    leap = Quarter.parse("2023-24-Q3")  # ends on 31 December 2023; February has 29 days
    told = [released(settings, day, leap) for day in ("2024-02-10", "2024-02-11", "2024-05-04", "2024-05-05")]
    assert [(row["stage"], row["kind"]) for row in told] == [
        ("provisional", FIRST), ("frozen", FROZEN), ("frozen", FROZEN), ("restated", RESTATED),
    ]  # fmt: skip


def test_a_quarter_whose_every_release_was_rolled_back_is_published_first_again(settings: Settings) -> None:
    released(settings, "2025-02-11", Quarter.parse("2024-25-Q3"))
    assert kinds(settings, "2025-05-12") == [FIRST]
    ledger.roll_back(settings)
    assert kinds(settings, "2025-08-04", "2025-08-05") == [FIRST, AFTER]
