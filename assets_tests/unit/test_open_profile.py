"""What the open-data files may show of a figure."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.profiles import Known
from sendjc_pipeline.release.open_profile import protect


def shown(*figures: tuple[object, ...]) -> list[tuple[object, ...]]:
    con = duckdb.connect()
    con.execute(
        "create table f (metric_id varchar, time_window varchar, area_id varchar, breakdown_topic varchar, breakdown varchar, unit varchar, numerator double,"
        " denominator double, value double, suppression varchar)"
    )
    for figure in figures:
        con.execute("insert into f values (?, ?, 'derby', 'Total', 'Total', ?, ?, ?, ?, 'none')", figure)
    con.execute(
        "create table nested (metric_id varchar, time_window varchar, within_metric_id varchar, within_time_window varchar)"
    )
    con.execute("insert into nested values ('inner', 'quarter', 'outer', 'quarter')")
    protect(con, "f", "shown", known=Known(None, "nested", None, None))
    return con.execute("select numerator, denominator, value, suppression from shown order by metric_id").fetchall()


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (("m", "quarter", "count", 7, None, 7), (None, None, None, "primary")),
        (("m", "quarter", "count", 8, None, 8), (10, None, 10, "rounded")),
        (("m", "quarter", "count", 0, None, 0), (0, None, 0, "rounded")),
        (("m", "quarter", "pct", 14, 27, 100 * 14 / 27), (15, 25, 60.0, "rounded")),
        (("m", "quarter", "pct", 7, 27, 25.9), (None, None, None, "primary")),
        (("m", "quarter", "pct", 20, 27, 74.1), (None, None, None, "primary")),
        (("m", "quarter", "pct", 9, 19, 47.4), (None, None, None, "primary")),
        (("m", "quarter", "pct", 27, 27, 100), (25, 25, 100, "rounded")),
        (("m", "quarter", "weeks", None, 7, 12.34), (None, None, None, "primary")),
        (("m", "quarter", "weeks", None, 8, 12.34), (None, 10, 12.3, "rounded")),
        (("m", "quarter", "count", None, None, None), (None, None, None, "rounded")),
    ],
)  # fmt: skip
def test_one_figure(figure: tuple[object, ...], expected: tuple[object, ...]) -> None:
    assert shown(figure) == [expected]


def test_of_two_nested_figures_that_differ_by_few_the_inner_is_hidden() -> None:
    found = shown(("inner", "quarter", "count", 40, None, 40), ("outer", "quarter", "count", 45, None, 45))
    assert [row[3] for row in found] == ["secondary", "rounded"]
