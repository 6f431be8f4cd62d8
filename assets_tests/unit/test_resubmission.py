"""What happens when a partner sends again: same bytes, corrected bytes, an old file late, the wrong file, a change of mind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.orchestration.job import quarters_to_run
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import ledger, withdrawal
from sendjc_pipeline.submissions.manifest import Submission

Q2, Q4 = Quarter.parse("2024-25-Q2"), Quarter.parse("2024-25-Q4")
NOW = datetime(2025, 6, 1, 9, 0, tzinfo=UTC)


def land(settings: Settings, tmp_path: Path, content: str, day: int, period: str = "2024-25-Q4") -> Submission:
    path = tmp_path / f"{content}-{day}" / "a.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return ledger.submit(settings, "RHA", "csds", period, [path], received_at=datetime(2025, 5, day, 9, 0, tzinfo=UTC))


def counting(settings: Settings, quarter: Quarter, known_at: date) -> list[str]:
    return [s.submission_id for s in ledger.current(settings, "csds", quarter, known_at)]


def test_corrected_bytes_supersede_and_what_was_said_before_stays_known(settings: Settings, tmp_path: Path) -> None:
    wrong, right = land(settings, tmp_path, "wrong", 2), land(settings, tmp_path, "right", 9)
    assert counting(settings, Q4, date(2025, 5, 31)) == [right.submission_id]
    assert counting(settings, Q4, date(2025, 5, 8)) == [wrong.submission_id]
    assert wrong.paths[0].read_text() == "wrong"


def test_a_file_of_an_old_quarter_that_comes_late_is_found(settings: Settings, tmp_path: Path) -> None:
    newer = land(settings, tmp_path, "q4", 2)
    before = quarters_to_run(ledger.all_submissions(settings), NOW)
    older = land(settings, tmp_path, "q2", 20, period="2024-25-Q2")
    after = quarters_to_run(ledger.all_submissions(settings), NOW)
    assert Q2 in after and Q2 not in before
    assert counting(settings, Q2, date(2025, 5, 31)) == [older.submission_id]
    # It belongs to the later quarter's history too, in the order of the periods and not of arrival.
    assert counting(settings, Q4, date(2025, 5, 31)) == [older.submission_id, newer.submission_id]


def test_a_withdrawn_submission_stops_counting_from_that_day_and_gives_way_to_the_one_before(
    settings: Settings, tmp_path: Path
) -> None:
    first, second = land(settings, tmp_path, "a", 2), land(settings, tmp_path, "b", 9)
    # A again changes nothing: B still counts, until B is taken back.
    assert land(settings, tmp_path, "a", 12).submission_id == first.submission_id
    assert counting(settings, Q4, date(2025, 5, 31)) == [second.submission_id]
    ran = quarters_to_run(ledger.all_submissions(settings), NOW)
    withdrawal.write(second.folder, "the wrong extract", datetime(2025, 5, 15, 9, 0, tzinfo=UTC))
    assert counting(settings, Q4, date(2025, 5, 31)) == [first.submission_id]
    assert counting(settings, Q4, date(2025, 5, 14)) == [second.submission_id]
    assert quarters_to_run(ledger.all_submissions(settings), NOW) != ran, "a withdrawal is news to the sensor"
    withdrawal.undo(second.folder, datetime(2025, 5, 20, 9, 0, tzinfo=UTC))
    assert counting(settings, Q4, date(2025, 5, 31)) == [second.submission_id]
    # What was known between the two is not rewritten.
    assert counting(settings, Q4, date(2025, 5, 19)) == [first.submission_id]


def test_a_note_of_the_first_form_still_holds_and_can_be_undone(tmp_path: Path) -> None:
    (tmp_path / withdrawal.FILE_NAME).write_text(
        '{"withdrawn_at": "2025-05-15T09:00:00Z", "reason": "the wrong extract"}'
    )
    noted = withdrawal.read(tmp_path)
    assert (
        noted is not None
        and noted.reason == "the wrong extract"
        and withdrawal.read(tmp_path, date(2025, 5, 14)) is None
    )
    withdrawal.undo(tmp_path, datetime(2025, 5, 20, 9, 0, tzinfo=UTC))
    assert withdrawal.read(tmp_path) is None and len(withdrawal.history(tmp_path)) == 2


def test_a_withdrawal_says_why_and_a_broken_note_is_not_passed_over(settings: Settings, tmp_path: Path) -> None:
    landed = land(settings, tmp_path, "a", 2)
    with pytest.raises(SendjcError, match="needs a reason"):
        withdrawal.write(landed.folder, "  ", NOW)
    (landed.folder / withdrawal.FILE_NAME).write_text("{")
    with pytest.raises(SendjcError, match="cannot be read"):
        counting(settings, Q4, date(2025, 5, 31))


def test_a_submission_is_found_by_the_beginning_of_its_id(settings: Settings, tmp_path: Path) -> None:
    landed = land(settings, tmp_path, "a", 2)
    assert ledger.find(settings, landed.submission_id[:6]) == landed
    with pytest.raises(SendjcError, match="is the id of no submission"):
        ledger.find(settings, "zzzz")


def test_two_submissions_of_one_second_stand_in_the_order_in_which_they_came(
    settings: Settings, tmp_path: Path
) -> None:
    for content in "abcdef":
        newest = land(settings, tmp_path, content, 2)
        assert counting(settings, Q4, date(2025, 5, 31)) == [newest.submission_id]


def said(home: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--home", str(home)])
    return done.exit_code, done.output + (str(done.exception) if isinstance(done.exception, SendjcError) else "")


def test_the_commands_say_what_counts_and_what_came_for_nothing(settings: Settings, tmp_path: Path) -> None:
    home, file = settings.home, tmp_path / "again.csv"
    first, second = land(settings, tmp_path, "a", 2), land(settings, tmp_path, "b", 9)
    send = ("submit", "--partner", "RHA", "--feed", "csds", "--period", "2024-25-Q4", str(file))
    file.write_text("a")
    assert f"superseded by {second.submission_id}" in said(home, *send)[1]
    code, text = said(home, "withdraw", second.submission_id, "--reason", "the wrong extract")
    assert code == 0 and f"counts instead: {first.submission_id}" in text
    assert "the wrong extract" in said(home, "status")[1]
    assert "was withdrawn on" in said(home, "withdraw", second.submission_id, "--reason", "again")[1]
    file.write_text("b")
    assert "--undo" in said(home, *send)[1]
    assert said(home, "withdraw", second.submission_id, "--undo")[0] == 0
    assert "nothing to undo" in said(home, "withdraw", second.submission_id, "--undo")[1]
    assert "superseded" in said(home, "status")[1]


def test_the_status_of_a_home_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    code, text = said(tmp_path / "nowhere", "status")
    assert code != 0 and "there is no home" in text


def test_a_wrong_spec_is_mended_by_sending_the_same_bytes_again(settings: Settings, tmp_path: Path) -> None:
    wrong = land(settings, tmp_path, "a", 2)
    again = ledger.submit(settings, "RHA", "csds", "2024-25-Q4", wrong.paths, spec="1.5", received_at=NOW)
    assert again.submission_id != wrong.submission_id and again.spec == "1.5"
    assert counting(settings, Q4, date(2025, 6, 30)) == [again.submission_id]
