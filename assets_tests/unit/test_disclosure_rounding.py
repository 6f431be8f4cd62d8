"""Rounded counts: nothing under 8 children is shown, and no share tells more than the counts beside it."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.rounding import round_counts


def released(children: int, matched: int) -> tuple[object, ...]:
    con = duckdb.connect()
    con.execute(
        f"create table met as select 'x' as name, {children} as child_count, {matched} as matched_count,"
        f" 100.0 * {matched} / nullif({children}, 0) as match_pct, 98.7654 as estimate, 'none' as suppression"
    )
    shares = {"match_pct": ["matched_count", "child_count"]}
    round_counts(con, "met", "shown", "child_count", ["child_count", "matched_count"], shares, ["estimate"])
    row = con.execute("select * from shown").fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("children", [1, 4, 7])
def test_up_to_seven_children_leave_an_empty_row(children: int) -> None:
    assert released(children, 1) == ("x", None, None, None, None, "primary")


@pytest.mark.parametrize(("matched", "shown"), [(0, 0), (2, 0), (3, 5), (22, 20), (23, 25)])
def test_counts_go_to_the_nearest_five_and_shares_follow_them(matched: int, shown: int) -> None:
    name, children, count, share, estimate, suppression = released(48, matched)
    assert (name, children, count, estimate, suppression) == ("x", 50, shown, 98.8, "rounded")
    assert share == 100 * shown / 50


def test_a_share_is_never_above_the_whole() -> None:
    assert released(8, 8)[3] == 100 and released(0, 0)[3] is None


def test_formulas_follow_the_rounded_counts_and_one_another() -> None:
    con = duckdb.connect()
    con.execute(
        "create table met as select 13 as came_count, 22 as here_count, 99.0 as ratio, 99.0 as twice, 'none' as suppression"
        " union all select 6, 22, 99.0, 99.0, 'none' union all select 0, 22, 99.0, 99.0, 'none'"
    )
    formulas = {"ratio": "here_count / nullif(came_count, 0)", "twice": "2 * ratio"}
    round_counts(con, "met", "shown", "came_count", ["came_count", "here_count"], {}, [], formulas)
    assert con.execute("select * from shown").fetchall() == [
        (15, 20, 1.3, 2.7, "rounded"),
        (None, None, None, None, "primary"),
        (0, 20, None, None, "rounded"),
    ]
