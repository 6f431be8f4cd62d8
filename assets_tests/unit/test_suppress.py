"""Suppression, with an attacker that subtracts."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendjc_pipeline.disclosure.profiles import HIDDEN, Known, protect


def released(
    rows: list[tuple[str, str, str, float | None, float | None, float | None]],
) -> dict[tuple[str, str], dict[str, object]]:
    con = duckdb.connect()
    frame = pd.DataFrame(rows, columns=["metric_id", "area_id", "unit", "numerator", "denominator", "value"])
    for column in HIDDEN:
        if column not in frame:
            frame[column] = "x"
    frame["suppression"], frame["time_window"] = "none", "quarter"
    con.execute("create table metric as select * from frame")
    con.execute(
        "create table area_rollup as select * from (values ('nottingham','qt1'),('nottinghamshire','qt1')) as t(area_id, rollup_id)"
    )
    con.execute(
        "create table metric_nested as select 'exc' as metric_id, 'quarter' as time_window, 'inc' as within_metric_id, 'quarter' as within_time_window"
    )
    protect(con, "metric", "shown", "partner", known=Known("area_rollup", "metric_nested", None, None))
    out = con.execute("select * from shown").df().astype("object")
    out = out.where(out.notna(), None)
    return {(r["metric_id"], r["area_id"]): r for r in out.to_dict("records")}


@pytest.mark.parametrize(("count", "expected"), [(0, "none"), (1, "primary"), (4, "primary"), (5, "none")])
def test_counts_of_one_to_four_are_hidden(count: int, expected: str) -> None:
    row = released([("m", "derby", "count", count, None, count)])["m", "derby"]
    assert row["suppression"] == expected
    assert (row["value"] is None) == (expected != "none")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (0, 20, "none"),
        (4, 20, "primary"),
        (5, 20, "none"),
        (16, 20, "primary"),
        (15, 20, "none"),
        (20, 20, "none"),
        (0, 3, "primary"),
    ],
)
def test_a_percentage_hides_with_its_numerator_complement_or_denominator(
    numerator: int, denominator: int, expected: str
) -> None:
    row = released([("m", "derby", "pct", numerator, denominator, 100 * numerator / denominator)])["m", "derby"]
    assert row["suppression"] == expected


def test_a_mean_hides_with_the_children_behind_it_not_with_its_sum() -> None:
    rows = released([("m", "derby", "weeks", 3, 12, 0.25), ("m", "newcastle", "weeks", 300, 3, 100.0)])
    assert rows["m", "derby"]["suppression"] == "none"
    assert rows["m", "newcastle"]["suppression"] == "primary"


def test_everything_that_tells_of_a_hidden_figure_is_hidden_with_it() -> None:
    row = released([("m", "derby", "count", 2, None, 2)])["m", "derby"]
    assert all(row[column] is None for column in HIDDEN)


def test_a_figure_that_nobody_supplied_is_not_called_suppressed() -> None:
    assert released([("m", "derby", "count", None, None, None)])["m", "derby"]["suppression"] == "none"


def test_two_hidden_parts_of_eight_would_both_be_four() -> None:
    rows = released(
        [
            ("m", "nottingham", "count", 4, None, 4),
            ("m", "nottinghamshire", "count", 4, None, 4),
            ("m", "qt1", "count", 8, None, 8),
        ]
    )
    assert rows["m", "qt1"]["suppression"] == "secondary"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8))
def test_no_subtraction_gives_a_small_count_back(pairs: list[tuple[int, int]]) -> None:
    rows = []
    for index, (city, county) in enumerate(pairs):
        metric = f"m{index}"
        rows += [
            (metric, "nottingham", "count", city, None, city),
            (metric, "nottinghamshire", "count", county, None, county),
            (metric, "qt1", "count", city + county, None, city + county),
        ]
    shown = released(rows)
    for index, (city, county) in enumerate(pairs):
        values = {area: shown[f"m{index}", area]["value"] for area in ("nottingham", "nottinghamshire", "qt1")}
        for part, other, truth in (("nottingham", "nottinghamshire", city), ("nottinghamshire", "nottingham", county)):
            if values[part] is None and values["qt1"] is not None:
                assert values[other] is None, f"{truth} = {values['qt1']} - {values[other]}"
                pytest.fail("a total was shown beside a hidden part")


@pytest.mark.parametrize(
    ("exc", "expected"),
    [
        ((62, 442), "none"),
        ((62, 377), "none"),
        ((62, 440), "secondary"),
        ((59, 400), "secondary"),
        ((30, 409), "secondary"),
    ],
)
def test_plans_with_an_exception_are_not_told_by_two_denominators(exc: tuple[int, int], expected: str) -> None:
    rows = released([("inc", "derby", "pct", 62, 442, 14.0), ("exc", "derby", "pct", *exc, 1.0)])
    assert rows["inc", "derby"]["suppression"] == "none"
    assert rows["exc", "derby"]["suppression"] == expected


def test_what_is_hidden_as_a_difference_hides_its_total_too() -> None:
    rows = released(
        [
            ("inc", "nottingham", "pct", 50, 100, 50.0),
            ("exc", "nottingham", "pct", 50, 98, 51.0),
            ("inc", "nottinghamshire", "pct", 50, 100, 50.0),
            ("exc", "nottinghamshire", "pct", 50, 100, 50.0),
            ("inc", "qt1", "pct", 100, 200, 50.0),
            ("exc", "qt1", "pct", 100, 198, 50.5),
        ]
    )
    assert {key: row["suppression"] for key, row in rows.items() if key[0] == "exc"} == {
        ("exc", "nottingham"): "secondary",
        ("exc", "nottinghamshire"): "none",
        ("exc", "qt1"): "secondary",
    }
