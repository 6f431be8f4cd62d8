"""When the job runs by itself."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl
import pytest

from sendjc_pipeline.commands import opt_outs
from sendjc_pipeline.identity import opt_out, verdicts
from sendjc_pipeline.orchestration.home import Home
from sendjc_pipeline.orchestration.job import (
    quarterly_schedule,
    quarters_to_run,
    restatement_schedule,
    submission_sensor,
)
from sendjc_pipeline.orchestration.partitions import LONDON, quarters
from sendjc_pipeline.reporting import Quarter, last_complete
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions.ledger import all_submissions, submit

RECEIVED = datetime(2025, 4, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ((2025, 4, 15), "2025-01-01"),
        ((2025, 7, 15), "2025-04-01"),
        ((2025, 10, 15), "2025-07-01"),
        ((2026, 1, 15), "2025-10-01"),
    ],
)
def test_the_schedule_asks_for_the_last_complete_quarter(day: tuple[int, int, int], key: str) -> None:
    at = datetime(*day, 6, tzinfo=ZoneInfo("Europe/London"))
    request = quarterly_schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest)
    assert (request.run_key, request.partition_key) == (key, key)
    assert quarterly_schedule.cron_schedule == "0 6 15 1,4,7,10 *"
    assert quarterly_schedule.execution_timezone == "Europe/London"


@pytest.mark.parametrize(
    ("day", "key"),
    [((2025, 8, 7), "2025-01-01"), ((2025, 11, 7), "2025-04-01"), ((2025, 2, 7), "2024-07-01"), ((2025, 5, 7), "2024-10-01"), ((2024, 5, 7), "2023-10-01")],
)  # fmt: skip
def test_a_quarter_is_asked_for_again_when_its_restatement_is_due(day: tuple[int, int, int], key: str) -> None:
    at = datetime(*day, 6, 0, tzinfo=LONDON)
    request = restatement_schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest) and request.partition_key == key
    quarter = Quarter.from_start(date.fromisoformat(key))
    assert 0 <= (at.date() - quarter.restatement).days <= 4


def test_partition_keys_are_first_days_of_quarters() -> None:
    keys = quarters.get_partition_keys(current_time=datetime(2025, 4, 1, 1, tzinfo=ZoneInfo("Europe/London")))
    assert keys[0] == "2019-01-01"
    assert keys[-1] == "2025-01-01"


def land(settings: Settings, text: str, period: str = "2024-25-Q4", received: datetime = RECEIVED) -> None:
    file = settings.home / "file.csv"
    file.write_text(text)
    submit(settings, "RHA", "demographics", period, [file], received_at=received)


def ticks(settings: Settings, cursor: str | None) -> tuple[list[str], str]:
    context = dg.build_sensor_context(cursor=cursor)
    result = submission_sensor(context, home=Home(path=str(settings.home)))
    assert isinstance(result, dg.SensorResult)
    return [str(r.run_key) for r in result.run_requests or []], str(result.cursor)


def test_the_sensor_asks_once_for_each_change_of_content(settings: Settings) -> None:
    land(settings, "a")
    first, cursor = ticks(settings, None)
    assert len(first) == 1 and first[0].startswith("2024-25-Q4:")
    assert ticks(settings, cursor)[0] == []
    land(settings, "a")  # the same bytes
    assert ticks(settings, cursor)[0] == []
    land(settings, "b")  # corrected bytes
    second, cursor = ticks(settings, cursor)
    assert len(second) == 1 and second != first
    assert ticks(settings, cursor)[0] == []


def test_a_late_file_with_an_old_date_is_still_found(settings: Settings) -> None:
    land(settings, "a")
    _, cursor = ticks(settings, None)
    land(settings, "old", period="2023-24-Q2", received=datetime(2023, 11, 1, tzinfo=UTC))
    assert [key.split(":")[0] for key in ticks(settings, cursor)[0]] == ["2023-24-Q2"]


def test_a_quarter_that_has_not_ended_waits(settings: Settings, tmp_path: Path) -> None:
    land(settings, "a", period="2024-25-Q4")
    during = datetime(2025, 3, 31, 23, 30, tzinfo=UTC)  # already April in London
    assert [q.label for q in quarters_to_run(all_submissions(settings), during)] == ["2024-25-Q4"]
    assert quarters_to_run(all_submissions(settings), datetime(2025, 3, 31, 12, tzinfo=UTC)) == {}


def test_the_cursor_keeps_what_it_knew_of_other_quarters(settings: Settings) -> None:
    land(settings, "a")
    _, cursor = ticks(settings, json.dumps({"2020-21-Q1": "abc"}))
    assert json.loads(cursor)["2020-21-Q1"] == "abc"


def opts_out(settings: Settings, number: str) -> None:
    file = settings.home / "opt_outs.csv"
    file.write_text(f"NHSNumber\n{number}\n")
    opt_outs.add(settings, file, None, RECEIVED)


def decide(settings: Settings, reviewer: str) -> None:
    """A reviewer says of one pair that it is one child."""
    with verdicts.opened(settings) as con:
        pair = con.execute(f"select {verdicts.PAIR} as pair, * from (values ('a', 'b')) as t (token_a, token_b)").pl()
        verdicts.issue(con, settings, pair, reviewer, RECEIVED.date())
        said = pair.select("pair", verdict=pl.lit("same"))
        verdicts.record(con, settings, said, reviewer, RECEIVED.date(), RECEIVED)


def test_a_new_opt_out_asks_for_the_last_complete_quarter_once_and_so_does_its_withdrawal(settings: Settings) -> None:
    complete = last_complete(datetime.now(LONDON).date()).label
    land(settings, "old", period="2023-24-Q2")
    land(settings, "new", period=complete, received=datetime.now(UTC))
    _, cursor = ticks(settings, None)
    opts_out(settings, "9990000018")
    asked, cursor = ticks(settings, cursor)
    assert [key.split(":")[0] for key in asked] == [complete]
    assert ticks(settings, cursor)[0] == []
    (batch,) = opt_out.batches(settings)
    opt_outs.withdraw(settings, batch.batch_id, RECEIVED)
    assert [key.split(":")[0] for key in ticks(settings, cursor)[0]] == [complete]


def test_a_verdict_asks_for_a_run_when_a_second_reviewer_agrees(settings: Settings) -> None:
    complete = last_complete(datetime.now(LONDON).date()).label
    land(settings, "new", period=complete, received=datetime.now(UTC))
    _, cursor = ticks(settings, None)
    decide(settings, "r1")
    assert ticks(settings, cursor)[0] == []
    decide(settings, "r2")
    asked, cursor = ticks(settings, cursor)
    assert [key.split(":")[0] for key in asked] == [complete]
    assert ticks(settings, cursor)[0] == []


def test_an_opt_out_asks_for_no_quarter_that_nobody_sent_anything_for(settings: Settings) -> None:
    opts_out(settings, "9990000018")
    assert ticks(settings, None)[0] == []
