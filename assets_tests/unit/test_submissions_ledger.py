"""Landing: whole or not at all, known by content, chosen by (known_at, quarter) alone."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from intake_samples import BLADE, DEMOGRAPHICS, write_files  # isort: skip

from sendjc_pipeline import feeds
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger
from sendjc_pipeline.submissions.manifest import Submission, submission_id

WHEN = datetime(2025, 4, 20, 9, 0, tzinfo=UTC)
Q4 = Quarter.parse("2024-25-Q4")


def one_file(folder: Path, content: str = "a\n", name: str = "a.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(content)
    return path


def land(
    settings: Settings,
    path: Path,
    period: str = "2024-25-Q4",
    day: int = 20,
    partner: str = "derby",
    feed: str = "sen2",
) -> Submission:
    return ledger.submit(settings, partner, feed, period, [path], received_at=WHEN.replace(day=day))


def test_a_submission_lands_whole_with_its_manifest(settings: Settings, tmp_path: Path) -> None:
    files = write_files(tmp_path / "sent", BLADE)
    found = ledger.submit(settings, "nottingham", "sen2", "2024-25-Q4", files, received_at=WHEN)
    assert found.folder == settings.landing / "nottingham" / "sen2" / found.submission_id
    manifest = json.loads((found.folder / "submission.json").read_text())
    assert manifest["received_at"] == "2025-04-20T09:00:00Z"
    assert manifest["spec"] == "2025"
    assert {f["name"] for f in manifest["files"]} == {path.name for path in files}
    assert all((found.folder / path.name).read_bytes() == path.read_bytes() for path in files)
    assert found.submission_id == submission_id(
        "sen2", "nottingham", "2024-25-Q4", [f.sha256 for f in found.files], "2025"
    )
    assert ledger.all_submissions(settings) == [found]


def test_a_new_default_spec_changes_no_id(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = one_file(tmp_path)
    first = land(settings, path)
    monkeypatch.setitem(feeds.load("sen2").__dict__, "default_spec", "2026")
    by_name = ledger.submit(settings, "derby", "sen2", "2024-25-Q4", [path], "2025", received_at=WHEN)
    assert by_name == first
    assert land(settings, path).spec == "2026"
    assert len(ledger.all_submissions(settings)) == 2


def test_what_landed_under_an_id_of_an_older_version_is_known_again(settings: Settings, tmp_path: Path) -> None:
    path = one_file(tmp_path)
    landed = land(settings, path)
    old_id = submission_id("sen2", "derby", "2024-25-Q4", [file.sha256 for file in landed.files])
    landed.model_copy(update={"submission_id": old_id}).write(landed.folder)
    landed.folder.rename(landed.folder.with_name(old_id))
    assert land(settings, path, day=25).submission_id == old_id
    assert len(ledger.all_submissions(settings)) == 1


def test_the_same_bytes_again_change_nothing(settings: Settings, tmp_path: Path) -> None:
    first = land(settings, one_file(tmp_path / "x"))
    again = land(settings, one_file(tmp_path / "y", name="renamed.csv"), day=25)
    assert again == first
    assert len(ledger.all_submissions(settings)) == 1
    assert [p.name for p in first.folder.parent.iterdir()] == [first.submission_id]


def test_times_of_receipt_are_kept_in_utc_seconds(settings: Settings, tmp_path: Path) -> None:
    moment = datetime(2025, 4, 20, 0, 30, 5, 99, tzinfo=timezone(timedelta(hours=1)))
    found = ledger.submit(settings, "derby", "sen2", "2024", [one_file(tmp_path)], received_at=moment)
    assert found.received_at == datetime(2025, 4, 19, 23, 30, 5, tzinfo=UTC)
    with pytest.raises(SendjcError, match="time zone"):
        ledger.submit(settings, "derby", "sen2", "2025", [one_file(tmp_path)], received_at=datetime(2025, 4, 20))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("partner", "feed", "period", "spec", "match"),
    [
        ("leeds", "sen2", "2024-25-Q4", None, "'leeds' is not a partner"),
        ("RHA", "sen2", "2024-25-Q4", None, "is a provider"),
        ("derby", "sen3", "2024-25-Q4", None, "'sen3' is not a declared feed"),
        ("derby", "sen2", "Easter", None, "'Easter' is not a period"),
        ("derby", "sen2", "2024-25-Q4", "1999", "'1999' is not a spec"),
    ],
)
def test_unknown_words_are_refused_in_one_line(
    settings: Settings, tmp_path: Path, partner: str, feed: str, period: str, spec: str | None, match: str
) -> None:
    with pytest.raises(SendjcError, match=match) as caught:
        ledger.submit(settings, partner, feed, period, [one_file(tmp_path)], spec, received_at=WHEN)
    assert "\n" not in str(caught.value)
    assert ledger.all_submissions(settings) == []


def test_files_that_cannot_land(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SendjcError, match="no file was given"):
        ledger.submit(settings, "derby", "sen2", "2024", [], received_at=WHEN)
    with pytest.raises(SendjcError, match="not a file: sent"):
        ledger.submit(settings, "derby", "sen2", "2024", [one_file(tmp_path / "sent").parent], received_at=WHEN)
    with pytest.raises(SendjcError, match=r"two files bear the name a\.csv"):
        ledger.submit(
            settings, "derby", "sen2", "2024", [one_file(tmp_path / "1"), one_file(tmp_path / "2")], received_at=WHEN
        )
    with pytest.raises(SendjcError, match=r"named submission\.json"):
        ledger.submit(settings, "derby", "sen2", "2024", [one_file(tmp_path, name="submission.json")], received_at=WHEN)


def test_a_folder_without_a_manifest_is_no_submission_and_gives_way(settings: Settings, tmp_path: Path) -> None:
    whole = land(settings, one_file(tmp_path))
    (whole.folder / "submission.json").unlink()
    assert ledger.all_submissions(settings) == []
    assert land(settings, one_file(tmp_path)).folder == whole.folder
    assert len(ledger.all_submissions(settings)) == 1


def test_a_failure_while_copying_leaves_nothing_behind(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="disk full"):
        land(settings, one_file(tmp_path))
    assert list((settings.landing / "derby" / "sen2").iterdir()) == []


def test_a_spoiled_manifest_is_named(settings: Settings, tmp_path: Path) -> None:
    found = land(settings, one_file(tmp_path))
    (found.folder / "submission.json").write_text("{}")
    with pytest.raises(SendjcError, match="is not a manifest"):
        ledger.all_submissions(settings)


def test_a_snapshot_feed_uses_the_newest_submission_of_the_newest_period(settings: Settings, tmp_path: Path) -> None:
    old = land(settings, one_file(tmp_path / "1", "1"), "2024-25-Q3", day=1)
    first = land(settings, one_file(tmp_path / "2", "2"), day=10)
    second = land(settings, one_file(tmp_path / "3", "3"), day=20)
    late_old = land(settings, one_file(tmp_path / "4", "4"), "2024-25-Q3", day=25)
    assert ledger.current(settings, "sen2", Q4, date(2025, 4, 30)) == [second]
    assert ledger.current(settings, "sen2", Q4, date(2025, 4, 19)) == [first]
    assert ledger.current(settings, "sen2", Q4, date(2025, 4, 9)) == [old]
    assert ledger.current(settings, "sen2", Q4, date(2025, 3, 31)) == []
    assert ledger.current(settings, "sen2", Q4.shift(-1), date(2025, 4, 30)) == [late_old]


def test_a_cumulative_feed_uses_every_period_that_has_ended(settings: Settings, tmp_path: Path) -> None:
    def send(n: int, period: str, day: int) -> Submission:
        return land(settings, one_file(tmp_path / str(n), str(n)), period, day, "RHA", "csds")

    q3, replaced, q4, q1 = (
        send(1, "2024-25-Q3", 1),
        send(2, "2024-25-Q4", 2),
        send(3, "2024-25-Q4", 3),
        send(4, "2025-26-Q1", 4),
    )
    assert ledger.current(settings, "csds", Q4, date(2025, 4, 30)) == [q3, q4]
    assert replaced not in ledger.current(settings, "csds", Q4, date(2025, 4, 30))
    assert ledger.current(settings, "csds", Q4.shift(1), date(2025, 4, 30)) == [q3, q4, q1]


def test_a_feed_not_bound_to_periods_counts_once_received(settings: Settings, tmp_path: Path) -> None:
    future = ledger.submit(settings, "dfe", "dfe_ehc_plans", "2026", [one_file(tmp_path)], received_at=WHEN)
    assert ledger.current(settings, "dfe_ehc_plans", Q4, date(2025, 4, 30)) == [future]


def test_partners_do_not_supersede_one_another(settings: Settings, tmp_path: Path) -> None:
    for partner in ("RHA", "RY8"):
        files = write_files(tmp_path / partner, DEMOGRAPHICS)
        ledger.submit(settings, partner, "demographics", "2024-25-Q4", files, received_at=WHEN)
    assert [s.partner for s in ledger.current(settings, "demographics", Q4, date(2025, 4, 30))] == ["RHA", "RY8"]
