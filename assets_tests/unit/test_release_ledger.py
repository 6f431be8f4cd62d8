from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(tmp_path).make_zones()


def publish(home: Settings, quarter: str, revision: int) -> ledger.Release:
    folder = ledger.releases_folder(home) / f"{quarter}.r{revision}"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"release_id": folder.name}))
    release = ledger.Release(folder, Quarter.parse(quarter), revision)
    ledger.point_at(home, release)
    return release


def test_releases_are_ordered_by_quarter_then_by_number_not_by_text(home: Settings) -> None:
    for quarter, revision in [("2024-25-Q4", 10), ("2024-25-Q4", 9), ("2023-24-Q1", 1)]:
        publish(home, quarter, revision)
    assert [r.release_id for r in ledger.all_releases(home)] == ["2023-24-Q1.r1", "2024-25-Q4.r9", "2024-25-Q4.r10"]
    assert ledger.newest(home).release_id == "2024-25-Q4.r10"
    assert ledger.newest(home, Quarter.parse("2023-24-Q1")).release_id == "2023-24-Q1.r1"


def test_a_folder_that_is_no_release_is_passed_over(home: Settings) -> None:
    publish(home, "2024-25-Q4", 1)
    (ledger.releases_folder(home) / "2024-25-Q4.r2.half").mkdir()
    assert len(ledger.all_releases(home)) == 1


def test_a_roll_back_moves_the_pointer_and_deletes_nothing(home: Settings) -> None:
    publish(home, "2024-25-Q4", 1)
    publish(home, "2024-25-Q4", 2)
    gone, now = ledger.roll_back(home)
    assert (gone.release_id, now.release_id) == ("2024-25-Q4.r2", "2024-25-Q4.r1")
    assert ledger.current(home) == now
    assert (home.published / "current" / "manifest.json").is_file()
    assert len(ledger.all_releases(home)) == 2
    assert ledger.newest(home) == now


def test_a_release_is_told_as_rolled_back_by_every_command(home: Settings) -> None:
    for revision in (1, 2):
        folder = publish(home, "2024-25-Q4", revision).folder
        (folder / "manifest.json").write_text(json.dumps({"published_at": "then", "reason": "why"}))
    said = CliRunner().invoke(app, ["release", "rollback", "--home", str(home.home)]).output
    listed = CliRunner().invoke(app, ["release", "list", "--json", "--home", str(home.home)]).output
    assert said.startswith("2024-25-Q4.r2 rolled back;")
    assert [line["state"] for line in json.loads(listed)] == ["current", "rolled back"]


def test_bounds_that_moved_are_a_difference(home: Settings) -> None:
    """A verdict that settles a doubt moves the bounds and not the value; the diff of the two releases was empty."""
    for revision, lower in ((1, 8.5), (2, 9.0)):
        folder = publish(home, "2024-25-Q4", revision).folder
        duckdb.execute(
            "copy (select 'm' as metric_id, 'derby' as area_id, '2024-25-Q4' as quarter, 'quarter' as time_window, null as service, null as tier,"
            " null as breakdown_topic, null as breakdown, 9.5 as value, 19 as numerator, null as denominator, 'final' as value_status, 'none' as suppression,"
            f" {lower}::double as value_lower, 10.0::double as value_upper, 'links' as bounds_basis) to '{folder}/metric_quarterly.parquet' (format parquet)"
        )
    words = ["release", "diff", "2024-25-Q4.r1", "2024-25-Q4.r2", "--home", str(home.home)]
    (cell,) = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert (cell["metric_id"], cell["area_id"], cell["column_name"]) == ("m", "derby", "value_lower")
    assert (cell["old_value"], cell["new_value"]) == ("8.5", "9.0")
    assert "8.5 → 9" in CliRunner().invoke(app, words).output


def test_a_roll_back_with_nothing_before_it_changes_nothing(home: Settings) -> None:
    only = publish(home, "2024-25-Q4", 1)
    with pytest.raises(ledger.NoRelease, match="nothing was changed"):
        ledger.roll_back(home)
    assert ledger.current(home) == only
    assert ledger.withdrawn(home) == []


def test_two_roll_backs_go_two_back(home: Settings) -> None:
    for revision in (1, 2, 3):
        publish(home, "2024-25-Q4", revision)
    ledger.roll_back(home)
    assert ledger.roll_back(home)[1].release_id == "2024-25-Q4.r1"


def test_a_release_is_made_of_its_manifest_until_other_inputs_confirm_it(home: Settings) -> None:
    release = publish(home, "2024-25-Q4", 1)
    assert ledger.made_of(home, release) == {"release_id": "2024-25-Q4.r1"}
    for inputs in ("first", "second"):
        ledger.confirm(home, release, {"inputs_fingerprint": inputs})
    assert ledger.made_of(home, release) == {"inputs_fingerprint": "second"}
    assert release.manifest() == {"release_id": "2024-25-Q4.r1"}
    assert [path.name for path in (home.published / "confirmed").iterdir()] == ["2024-25-Q4.r1.json"]
    assert ledger.all_releases(home) == [release]
