"""`sendjc review status`: every pair is in one state, and its age is counted from the day on which it was first given out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from sendjc_pipeline.commands import review
from sendjc_pipeline.identity import verdicts
from sendjc_pipeline.identity.review_queue import STATES, Line, queue
from sendjc_pipeline.identity.vault import make_folder, review_folder
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings

Q3, Q4 = Quarter.parse("2024-25-Q3"), Quarter.parse("2024-25-Q4")
TODAY = date(2025, 6, 30)
NOW = datetime(2025, 6, 30, 9, tzinfo=UTC)


def lists(settings: Settings, quarter: Quarter, *tokens: str) -> None:
    """A quarter's last run listed the pairs of these tokens with their successors: 'a' is the pair of a1 and a2."""
    path = make_folder(review_folder(settings, quarter)) / "candidate_pair.parquet"
    pairs = {"token_a": [f"{t}1" for t in tokens], "token_b": [f"{t}2" for t in tokens], "reason": "grey"}
    pl.DataFrame(pairs).write_parquet(path)


def gives(settings: Settings, token: str, reviewer: str, days_ago: int, verdict: str | None = None) -> None:
    """A reviewer was given a pair some days ago, and may have decided."""
    with verdicts.opened(settings) as con:
        made = con.execute(
            f"select {verdicts.PAIR} as pair, * from (values (?, ?)) as t (token_a, token_b)",
            [f"{token}1", f"{token}2"],
        )
        pair = made.pl()
        verdicts.issue(con, settings, pair, reviewer, TODAY - timedelta(days=days_ago))
        if verdict:
            said = pair.select("pair", verdict=pl.lit(verdict))
            verdicts.record(con, settings, said, reviewer, TODAY, NOW)


def lines(settings: Settings, quarter: Quarter | None = None) -> dict[str, Line]:
    with verdicts.opened(settings) as con:
        return {line.state: line for line in queue(con, settings, TODAY, quarter)}


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """Pairs a to f in two quarters, c in both; g is decided and h in conflict, and the runs since list neither."""
    lists(settings, Q3, "a", "c")
    lists(settings, Q4, "b", "c", "d", "e", "f")
    gives(settings, "b", "r1", days_ago=7)
    gives(settings, "c", "r1", days_ago=8)
    gives(settings, "c", "r2", days_ago=2)
    gives(settings, "d", "r1", days_ago=29)
    gives(settings, "e", "r1", days_ago=28, verdict="same")
    gives(settings, "f", "r1", days_ago=1, verdict="unsure")
    for reviewer, of_g, of_h in (("r1", "same", "same"), ("r2", "same", "different")):
        gives(settings, "g", reviewer, days_ago=40, verdict=of_g)
        gives(settings, "h", reviewer, days_ago=3, verdict=of_h)
    return settings


def test_each_pair_is_in_one_state_by_the_days_since_it_was_first_given_out(filled: Settings) -> None:
    found = lines(filled)
    assert list(found) == list(STATES)
    waiting = "waiting"
    assert found["no verdict"] == Line(waiting, "no verdict", 4, 1, 1, 1, 1, TODAY - timedelta(days=29))
    assert found["one verdict"] == Line(waiting, "one verdict", 1, 0, 0, 1, 0, TODAY - timedelta(days=28))
    assert found["unsure"] == Line(waiting, "unsure", 1, 0, 1, 0, 0, TODAY - timedelta(days=1))
    assert found["conflict"] == Line("in conflict", "conflict", 1, 0, 1, 0, 0, TODAY - timedelta(days=3))
    assert found["same"] == Line("decided", "same", 1, 0, 0, 0, 1, TODAY - timedelta(days=40))
    assert found["different"] == Line("decided", "different", 0, 0, 0, 0, 0, None)


def test_a_quarter_waits_for_its_own_pairs_only(filled: Settings) -> None:
    assert lines(filled, Q3)["no verdict"].pairs == 2
    assert lines(filled, Q4)["no verdict"].pairs == 3
    assert lines(filled, Q3)["one verdict"].pairs == 0 and lines(filled, Q3)["conflict"].pairs == 1


def test_a_pair_that_no_run_lists_any_more_does_not_wait(filled: Settings) -> None:
    lists(filled, Q4, "b")
    found = lines(filled)
    assert (found["one verdict"].pairs, found["unsure"].pairs, found["same"].pairs) == (0, 0, 1)
    # Nor is it forgotten: d was given out, e has a verdict and f an unsure one. c is on the list of the other quarter.
    assert found["not listed"] == Line("lapsed", "not listed", 3, 0, 1, 1, 1, TODAY - timedelta(days=29))


def test_a_home_without_runs_has_an_empty_queue_and_a_quarter_without_one_is_refused(settings: Settings) -> None:
    assert {line.pairs for line in lines(settings).values()} == {0}
    with pytest.raises(SendjcError, match="2024-25-Q4 has no pairs for review here"):
        lines(settings, Q4)


def test_a_home_without_runs_is_told_at_the_terminal(settings: Settings) -> None:
    with pytest.raises(SendjcError, match=r"no quarter was run in .* yet"):
        review.status(settings, None, TODAY, as_json=False)


def test_a_damaged_list_is_told_without_a_word_of_it(filled: Settings) -> None:
    (review_folder(filled, Q4) / "candidate_pair.parquet").write_bytes(b"Zqwrtplk")
    with pytest.raises(SendjcError, match="Run the quarter again") as failure:
        lines(filled)
    assert "Zqwrtplk" not in str(failure.value)


def test_the_terminal_shows_the_queue_as_a_table_and_as_json(
    filled: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    review.status(filled, None, TODAY, as_json=False)
    said = capsys.readouterr().out
    assert "waiting 6, in conflict 1, decided 1" in said
    assert "one verdict, a second reviewer is needed" in said
    review.status(filled, Q4, TODAY, as_json=True)
    assert {line["state"]: line["pairs"] for line in json.loads(capsys.readouterr().out)}["no verdict"] == 3
