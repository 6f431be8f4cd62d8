"""The open profile of domain rule 7.4: no count of 1 to 7 is shown, none can be had by subtraction, and no share tells of so few."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.rounding import round_counts

Row = tuple[object, ...]


def released(*groups: tuple[int, int], topics: tuple[str, ...] = ()) -> list[Row]:
    """(child_count, matched_count, match_pct, estimate, suppression) of each group (children, matched), as released."""
    con = duckdb.connect()
    con.execute(
        "create table met (topic varchar, name varchar, child_count bigint, matched_count bigint, match_pct double, estimate double, suppression varchar)"
    )
    for place, (children, matched) in enumerate(groups):
        share = 100.0 * matched / children if children else None
        topic = topics[place] if topics else "sex"
        name = "Total" if topic == "Total" else f"{place}"
        con.execute("insert into met values (?, ?, ?, ?, ?, 98.7654, 'none')", [topic, name, children, matched, share])
    shares = {"match_pct": ["matched_count", "child_count"]}
    counts = ["child_count", "matched_count"]
    shape = {"breakdown_topic": "topic", "breakdown": "name"}
    round_counts(con, "met", "shown", "child_count", counts, shares, ["estimate"], ["topic", "name"], shape=shape)
    return con.execute("select * exclude (topic, name) from shown order by name").fetchall()


@pytest.mark.parametrize("children", [1, 4, 7])
def test_up_to_seven_children_leave_an_empty_row(children: int) -> None:
    assert released((children, 1)) == [(None, None, None, None, "secondary")]


def test_eight_children_are_shown() -> None:
    assert released((8, 0)) == [(10, 0, None, 98.8, "rounded")]


@pytest.mark.parametrize("matched", [1, 3, 7])
def test_a_count_of_up_to_seven_is_hidden_with_its_share_and_the_rest_of_the_row_stands(matched: int) -> None:
    assert released((100, matched)) == [(100, None, None, 98.8, "secondary")]


@pytest.mark.parametrize(("matched", "shown"), [(0, 0), (8, 10), (22, 20), (23, 25)])
def test_other_counts_go_to_the_nearest_five_and_a_share_is_of_the_rounded_counts(matched: int, shown: int) -> None:
    assert released((48, matched)) == [(50, shown, round(100 * shown / 50, 1), 98.8, "rounded")]


@pytest.mark.parametrize(
    ("children", "matched", "share"),
    [
        (19, 0, None),
        (20, 0, 0.0),
        (19, 19, None),
        (20, 20, 100.0),
        (20, 12, 50.0),
        (20, 13, None),
        (47, 19, 44.4),
        (15, 8, None),
    ],
)
def test_a_share_is_shown_of_twenty_where_either_part_is_none_or_eight_and_more(
    children: int, matched: int, share: float | None
) -> None:
    assert released((children, matched))[0][2] == share


SEX_AND_ALL = ("sex",) * 4 + ("Total",)


def test_where_one_group_is_hidden_the_next_smallest_is_too() -> None:
    shown = released((5, 0), (40, 20), (30, 15), (60, 0), (135, 35), topics=SEX_AND_ALL)
    assert [row[0] for row in shown] == [None, 40, None, 60, 135]
    assert [row[4] for row in shown] == ["secondary", "rounded", "secondary", "rounded", "rounded"]
    assert [row[1] for row in shown] == [
        None,
        20,
        15,
        0,
        35,
    ]  # of the small group nobody matched: its row is emptied, and tells of nobody
    assert [row[2] for row in shown] == [None, 50.0, None, 0.0, 25.9]


def test_two_hidden_groups_need_a_third_where_each_would_be_most_of_what_is_left() -> None:
    """Of 41 two that share 11 would be 4 to 7 each."""
    shown = released((5, 0), (6, 0), (30, 15), (0, 0), (41, 15), topics=SEX_AND_ALL)
    assert [row[0] for row in shown] == [None, None, None, 0, 40]


def test_each_breakdown_is_judged_by_itself() -> None:
    topics = ("sex", "sex", "age", "age", "Total")
    shown = released((5, 0), (30, 15), (17, 8), (18, 7), (35, 15), topics=topics)
    assert [row[0] for row in shown] == [None, None, 15, 20, 35]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_small_count_of_an_area_hides_the_whole_of_its_areas(is_told: bool) -> None:
    con = duckdb.connect()
    con.execute(
        "create table area_rollup as select unnest(['nottingham', 'nottinghamshire']) as area_id, 'qt1' as rollup_id"
    )
    rows = "('nottingham', 3), ('nottinghamshire', 40), ('qt1', 43), ('derby', 20)"
    con.execute(f"create table t as select *, 'none' as suppression from (values {rows}) as t(area_id, n)")
    round_counts(con, "t", "shown", "n", ["n"], {}, [], ["area_id"], areas="area_rollup" if is_told else "")
    shown = dict(con.execute("select area_id, n from shown").fetchall())
    assert shown == {"nottingham": None, "nottinghamshire": 40, "qt1": None if is_told else 45, "derby": 20}


def test_formulas_follow_the_rounded_counts_and_one_another() -> None:
    con = duckdb.connect()
    con.execute(
        "create table met as select 13 as came_count, 22 as here_count, 99.0 as ratio, 99.0 as twice, 'none' as suppression"
        " union all select 6, 22, 99.0, 99.0, 'none' union all select 0, 22, 99.0, 99.0, 'none'"
    )
    formulas = {"ratio": "here_count / nullif(came_count, 0)", "twice": "2 * ratio"}
    round_counts(con, "met", "shown", "came_count", ["came_count", "here_count"], {}, [], ["came_count"], formulas)
    assert con.execute("select * from shown").fetchall() == [
        (0, 20, None, None, "rounded"),
        (None, None, None, None, "secondary"),
        (15, 20, 1.3, 2.7, "rounded"),
    ]
