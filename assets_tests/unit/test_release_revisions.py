"""What changed between two releases, why, and what was said when."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.release import difference, figures, history, ledger
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from unit.release_samples import home, ledger_of, provenance, publish, submission

DERBY, NOTTINGHAM = submission("derby", "sen2", "a"), submission("nottingham", "sen2", "b")
FIRST = provenance(DERBY, NOTTINGHAM)


@pytest.fixture
def published(tmp_path: Path) -> Settings:
    settings = home(tmp_path)
    publish(
        settings, [("plans", "derby", 40, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")], FIRST
    )
    return settings


def changed(settings: Settings, figures_now: list, made: dict) -> list[tuple[object, ...]]:
    return ledger_of(publish(settings, figures_now, made))


def test_the_first_release_of_a_quarter_has_an_empty_ledger(published: Settings) -> None:
    assert ledger_of(ledger.newest(published)) == []


def test_a_corrected_file_is_the_cause_where_its_area_and_feed_are(published: Settings) -> None:
    found = changed(
        published,
        [("plans", "derby", 42, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")],
        provenance(submission("derby", "sen2", "mended"), NOTTINGHAM),
    )
    assert [row[2] for row in found] == ["numerator", "value", "value_lower", "value_upper"]
    assert found[1] == ("plans", "derby", "value", "changed", "40.0", "42.0", "correction")


def test_a_file_that_was_not_there_is_late_data_also_for_the_sum_of_its_area(published: Settings) -> None:
    made = provenance(
        DERBY, NOTTINGHAM, submission("nottinghamshire", "sen2", "new"), submission("derby", "csds", "new")
    )
    found = changed(
        published, [("plans", "derby", 40, "provisional", "none"), ("plans", "qt1", 95, "provisional", "none")], made
    )
    assert {(row[1], row[6]) for row in found} == {("qt1", "late data")}


def test_a_submission_taken_back_is_told_as_such(published: Settings) -> None:
    found = changed(published, [("plans", "qt1", 90, "provisional", "none")], provenance(NOTTINGHAM))
    assert found == [("plans", "derby", "value", "gone", "40.0", None, "submission taken back")]


@pytest.mark.parametrize(
    ("part", "cause"),
    [("code", "rule change"), ("models", "rule change"), ("decisions", "verdicts or opt-outs"), ("opt_outs", "verdicts or opt-outs"),
     ("places", "postcode directory"), ("history", "late data")],
)  # fmt: skip
def test_what_else_changed_is_a_cause(published: Settings, part: str, cause: str) -> None:
    made = provenance(DERBY, NOTTINGHAM, **{part: "other"})
    found = changed(
        published, [("plans", "derby", 41, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")], made
    )
    assert {row[6] for row in found} == {cause}


def test_two_causes_are_both_named(published: Settings) -> None:
    made = provenance(submission("derby", "sen2", "mended"), NOTTINGHAM, code="other")
    found = changed(
        published, [("plans", "derby", 41, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")], made
    )
    assert {row[6] for row in found} == {"correction; rule change"}


def test_a_hidden_cell_shows_no_number_on_either_side(published: Settings) -> None:
    now = [("plans", "derby", None, "provisional", "primary"), ("plans", "qt1", 90, "provisional", "none")]
    found = changed(published, now, provenance(submission("derby", "sen2", "mended"), NOTTINGHAM))
    assert {row[2] for row in found} >= {"numerator", "suppression", "value"}
    assert all(row[4:6] == (None, None) for row in found if row[2] != "suppression")
    assert {row[6] for row in found} == {"disclosure"}


def test_a_status_that_became_final_is_the_freeze(published: Settings) -> None:
    now = [("plans", "derby", 40, "final", "none"), ("plans", "qt1", 90, "final", "none")]
    assert changed(published, now, FIRST)[0] == (
        "plans",
        "derby",
        "value_status",
        "changed",
        "provisional",
        "final",
        "freeze",
    )


def test_a_metric_that_no_release_of_the_quarter_had_is_a_first_publication(published: Settings) -> None:
    now = [
        ("plans", "derby", 40, "provisional", "none"),
        ("plans", "qt1", 90, "provisional", "none"),
        ("reviews", "derby", 9, "provisional", "none"),
    ]
    assert changed(published, now, FIRST) == [("reviews", "derby", "value", "added", None, "9.0", "first publication")]


STOOD = [("plans", "derby", 40, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")]
A_NEW_PART = ("plans", "derby", 6, "provisional", "none", "sex", "F")
A_NEW_METRIC = ("reviews", "derby", 9, "provisional", "none")
MENDED = submission("derby", "sen2", "mended")
LATE = submission("derby", "sen2", "late", "2024-25-Q3")


@pytest.mark.parametrize(
    ("figure", "made", "cause"),
    [
        (A_NEW_PART, provenance(MENDED, NOTTINGHAM), "correction"),
        (A_NEW_PART, provenance(DERBY, LATE, NOTTINGHAM), "late data"),
        (A_NEW_PART, provenance(DERBY, NOTTINGHAM, models="other"), "rule change"),
        (A_NEW_PART, provenance(DERBY, NOTTINGHAM, decisions="other"), "verdicts or opt-outs"),
        (A_NEW_PART, FIRST, "no recorded cause"),
        (A_NEW_METRIC, provenance(DERBY, NOTTINGHAM, models="other"), "first publication"),
        (A_NEW_METRIC, provenance(MENDED, NOTTINGHAM), "correction"),
        (A_NEW_METRIC, provenance(MENDED, NOTTINGHAM, code="other"), "correction; first publication"),
        (A_NEW_METRIC, provenance(DERBY, LATE, NOTTINGHAM), "late data"),
        (("plans", "newcastle", 9, "provisional", "none"), provenance(DERBY, NOTTINGHAM, models="other"), "first publication"),
    ],
)  # fmt: skip
def test_a_row_that_appears_has_the_cause_that_made_it(
    published: Settings, figure: tuple[object, ...], made: dict, cause: str
) -> None:
    found = changed(published, [*STOOD, figure], made)
    assert [(row[:2], row[3], row[6]) for row in found] == [(figure[:2], "added", cause)]


def test_the_ledger_is_against_the_release_that_stood_not_one_rolled_back(published: Settings) -> None:
    publish(
        published, [("plans", "derby", 70, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")], FIRST
    )
    ledger.roll_back(published)
    third = publish(
        published, [("plans", "derby", 41, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")], FIRST
    )
    assert ("40.0", "41.0") in [row[4:6] for row in ledger_of(third)]


def test_a_diff_says_what_the_ledger_says(published: Settings) -> None:
    second = publish(
        published,
        [("plans", "derby", 42, "provisional", "none"), ("plans", "qt1", 90, "provisional", "none")],
        provenance(submission("derby", "sen2", "mended"), NOTTINGHAM),
    )
    cells = difference.between(published, "2024-25-Q4.r1", second.release_id)
    figures_only = [c for c in cells if c["table_name"] == "metric_quarterly"]
    assert [(c["column_name"], c["old_value"], c["new_value"], c["cause"]) for c in figures_only] == [
        (row[2], row[4], row[5], row[6]) for row in ledger_of(second)
    ]
    said = (
        CliRunner()
        .invoke(app, ["release", "diff", "2024-25-Q4.r1", "2024-25-Q4.r2", "--home", str(published.home)])
        .output
    )
    assert (
        "1 figures differ" in said
        and "40.00 → 42.00" in said.replace("40 →", "40.00 →").replace("→ 42 ", "→ 42.00 ")
        and "correction" in said
    )


def test_as_published_and_as_known_are_both_to_be_had_from_the_folder_alone(published: Settings) -> None:
    publish(
        published,
        [("plans", "derby", 42, "final", "none")],
        provenance(submission("derby", "sen2", "mended"), NOTTINGHAM),
    )
    publish(published, [("plans", "derby", 30, "final", "none")], FIRST, "2024-25-Q3")
    assert [(r["quarter"], r["value"]) for r in figures.as_known(published, "plans", "derby")] == [
        ("2024-25-Q3", 30),
        ("2024-25-Q4", 42),
    ]
    ever = figures.as_published(published, "plans", "derby", None)
    assert [(r["release_id"], r["value"]) for r in ever] == [
        ("2024-25-Q3.r1", 30),
        ("2024-25-Q4.r1", 40),
        ("2024-25-Q4.r2", 42),
    ]
    assert [r["value"] for r in figures.as_published(published, "plans", "derby", "2024-25-Q4.r1")] == [40]
    assert [(r["quarter"], r["value"]) for r in figures.as_published(published, "plans", "derby", "2025-06-01")] == [
        ("2024-25-Q3", 30),
        ("2024-25-Q4", 40),
    ]
    # A reader elsewhere has DuckDB and the file, and nothing of ours.
    con = duckdb.connect(str(history.path_of(published)), read_only=True)
    assert con.execute(
        "select value from figure_as_known where quarter = '2024-25-Q4' and area_id = 'derby'"
    ).fetchall() == [(42.0,)]
    assert con.execute("select count(*) from revision where cause = 'correction'").fetchone()[0] > 0
    silent = "select table_name, column_name from duckdb_columns() where not internal and table_name = 'release' and coalesce(comment, '') = ''"
    assert con.execute(silent).fetchall() == []


def test_the_history_follows_a_roll_back(published: Settings) -> None:
    publish(published, [("plans", "derby", 42, "final", "none")], FIRST)
    assert [r["value"] for r in figures.as_known(published, "plans", "derby")] == [42]
    CliRunner().invoke(app, ["release", "rollback", "--home", str(published.home)])
    assert [r["value"] for r in figures.as_known(published, "plans", "derby")] == [40]
    assert len(figures.as_published(published, "plans", "derby", None)) == 2


def test_the_command_refuses_what_is_neither_a_day_nor_a_release(published: Settings) -> None:
    words = ["release", "figures", "plans", "--as-published", "--at", "soon", "--home", str(published.home)]
    assert isinstance(CliRunner().invoke(app, words).exception, ledger.NoRelease)
    told = CliRunner().invoke(app, ["release", "figures", "plans", "--json", "--home", str(published.home)])
    assert {row["release_id"] for row in json.loads(told.output)} == {"2024-25-Q4.r1"}


@pytest.mark.parametrize(
    ("day", "stage"),
    [("2025-05-11", "provisional"), ("2025-05-12", "frozen"), ("2025-08-03", "frozen"), ("2025-08-04", "restated")],
)
def test_a_quarter_is_frozen_after_six_weeks_and_restated_after_eighteen(day: str, stage: str) -> None:
    from datetime import date

    assert Quarter.parse("2024-25-Q4").stage(date.fromisoformat(day)) == stage
