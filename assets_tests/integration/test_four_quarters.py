"""Four quarters, one after the other, and a file that is put right late: five releases, a diff that says why, and the same history when it is made again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest

from assets_tests.integration.late_file import without_children
from integration.conftest import without_pages
from sendjc_pipeline.commands import releases
from sendjc_pipeline.commands.reference import load_synthetic
from sendjc_pipeline.commands.run import PUBLISHED, Order, run_quarter
from sendjc_pipeline.release import difference, figures, ledger
from sendjc_pipeline.reporting import Quarter, quarters_between
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.ledger import submit
from sendjc_pipeline.synthetic.generate import generate
from sendjc_pipeline.synthetic.summary import Summary

QUARTERS = quarters_between(Quarter.parse("2024-25-Q1"), Quarter.parse("2024-25-Q4"))
CORRECTED = QUARTERS[1]
SENT, MENDED = (
    timedelta(days=20),
    CORRECTED.freeze + timedelta(days=30),
)  # the file is put right after the freeze, before the restatement
MISSING = 40


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    folder = tmp_path_factory.mktemp("four_quarters")
    labels = [quarter.label for quarter in QUARTERS]
    return generate(folder, 7, 0.02, ["derby", "nottingham"], labels, None, 0.0, feeds=["sen2", "csds", "demographics"])


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def land(sent: Summary, home: Path, scratch: Path) -> Settings:
    """Every quarter's files twenty days after it ended; of Derby's second return first one that lacks forty children, and much later all."""
    settings = Settings(home, "test").make_zones()
    load_synthetic(settings)
    for (feed, partner, period), spec in sorted(sent.specs.items()):
        folder = sent.out / partner / feed / period
        if (partner, feed, period) == ("derby", "sen2", CORRECTED.label):
            submit(settings, partner, feed, period, sorted(folder.iterdir()), spec=spec, received_at=at(MENDED))
            folder = Path(shutil.copytree(folder, scratch / "first"))
            without_children(folder, MISSING)
        received = at(Quarter.parse(period).end + SENT)
        submit(settings, partner, feed, period, sorted(folder.iterdir()), spec=spec, received_at=received)
    return settings


def run(settings: Settings, quarter: Quarter, known_at: date | None = None) -> None:
    with without_pages():
        assert run_quarter(settings, Order(quarter, known_at or quarter.end + SENT)) == PUBLISHED


def publish_up_to_the_revision(settings: Settings) -> None:
    """Three quarters, each when it is due, and the second again when its file has been mended."""
    first, second, third, _ = QUARTERS
    for quarter in (first, second, third):
        run(settings, quarter)
    run(settings, second, MENDED)


@pytest.fixture(scope="module")
def home(sent: Summary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("four_quarters_home")
    settings = land(sent, folder / "home", folder)
    publish_up_to_the_revision(settings)
    run(settings, QUARTERS[-1])
    yield settings


def test_there_are_five_releases_and_each_says_what_it_is(home: Settings) -> None:
    told = [
        (r.release_id, r.manifest()["stage"], r.manifest()["kind"], r.manifest()["reason"])
        for r in ledger.all_releases(home)
    ]
    assert told == [
        ("2024-25-Q1.r1", "provisional", "first publication", "first publication"),
        ("2024-25-Q2.r1", "provisional", "first publication", "first publication"),
        (
            "2024-25-Q2.r2",
            "frozen",
            "revision after the freeze",
            "new, corrected or withdrawn submissions; submissions of other periods; its freeze date has passed",
        ),
        ("2024-25-Q3.r1", "provisional", "first publication", "first publication"),
        ("2024-25-Q4.r1", "provisional", "first publication", "first publication"),
    ]
    assert ledger.current(home).release_id == "2024-25-Q4.r1"


def test_the_ledger_tells_what_was_missing_and_why(home: Settings) -> None:
    path = ledger.find(home, "2024-25-Q2.r2").folder / "tables" / "revision.parquet"
    found = duckdb.sql(
        f"select old_value::double, new_value::double, cause from read_parquet('{path}')"
        " where table_name = 'metric_quarterly' and metric_id = 'ehcp_caseload' and area_id = 'derby' and column_name = 'value'"
        " and breakdown_topic = 'Total'"
    ).fetchall()
    assert [(0 < new - old <= MISSING, cause) for old, new, cause in found] == [(True, "correction")]
    causes = dict(duckdb.sql(f"select cause, count(*) from read_parquet('{path}') group by cause").fetchall())
    assert causes == ledger.find(home, "2024-25-Q2.r2").manifest()["changed_cells"]
    assert "freeze" in causes and "no recorded cause" not in causes
    nottingham = duckdb.sql(
        f"select count(*) from read_parquet('{path}') where area_id = 'nottingham' and column_name = 'value' and cause = 'correction'"
    ).fetchone()
    assert nottingham == (0,)


def test_the_diff_is_readable_and_says_the_same(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    releases.diff(home, "2024-25-Q2.r1", "2024-25-Q2.r2", as_json=False)
    said = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.split("|")] for line in said.splitlines() if "ehcp_caseload" in line]
    (line,) = [" ".join(row) for row in rows if (row[2], row[5]) == ("derby", "")]  # of the whole, not of a part
    assert "→" in line and "provisional → final" in line and "correction" in line
    cells = difference.between(home, "2024-25-Q2.r1", "2024-25-Q2.r2")
    assert {c["table_name"] for c in cells} >= {"metric_quarterly", "mart_ehc_timeliness"}
    releases.diff(home, "2024-25-Q2.r1", "2024-25-Q2.r2", as_json=True)
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(cells, default=str))


def test_both_what_was_published_and_what_is_known_can_be_asked(home: Settings) -> None:
    known = {r["quarter"]: r["value"] for r in figures.as_known(home, "ehcp_caseload", "derby")}
    then = {r["quarter"]: r["value"] for r in figures.as_published(home, "ehcp_caseload", "derby", "2024-25-Q2.r1")}
    assert sorted(known) == [quarter.label for quarter in QUARTERS]
    assert 0 < known[CORRECTED.label] - then[CORRECTED.label] <= MISSING


def test_a_run_again_with_nothing_new_publishes_nothing(home: Settings) -> None:
    run(home, CORRECTED, MENDED)
    assert len(ledger.all_releases(home)) == 5


def test_another_home_has_the_same_history_byte_for_byte(home: Settings, sent: Summary, tmp_path: Path) -> None:
    """Up to the revision, from the submissions alone. What a release hides rests on what those before it showed, so it is run in the same order."""
    again = land(sent, tmp_path / "home", tmp_path)
    publish_up_to_the_revision(again)
    told = [release.release_id for release in ledger.all_releases(again)]
    assert told == ["2024-25-Q1.r1", "2024-25-Q2.r1", "2024-25-Q2.r2", "2024-25-Q3.r1"]
    for release in ledger.all_releases(again):
        now, before = release.manifest(), ledger.find(home, release.release_id).manifest()
        assert now["tables"] == before["tables"], release.release_id
        assert now["content_sha256"] == before["content_sha256"]
