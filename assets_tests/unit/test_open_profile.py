"""What the open-data files may show of a figure."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.profiles import Known, protect


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
    protect(con, "f", "shown", "open", known=Known(None, "nested", None, None))
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


@pytest.mark.parametrize("profile", ["open", "partner"])
@pytest.mark.parametrize("topic", ["ethnicity_major", "primary_need"])
@pytest.mark.parametrize("numerator", [0, 12])
def test_none_or_all_of_twelve_children_of_an_ethnic_group_tells_of_each(
    profile: str, topic: str, numerator: int
) -> None:
    assert share_of(profile, topic, numerator, 12) in ("primary", "secondary")


def test_none_of_twelve_may_be_told_of_an_age_band() -> None:
    assert share_of("partner", "age_band", 0, 12) == "none"


def share_of(profile: str, topic: str, numerator: float, denominator: float) -> str:
    """How a share in one part of a breakdown is shown, beside a large part that hides nothing."""
    con = duckdb.connect()
    con.execute(f"""
        create table f as select 'm' as metric_id, 'quarter' as time_window, 'derby' as area_id, '{topic}' as breakdown_topic, breakdown, 'pct' as unit,
            numerator::double as numerator, denominator::double as denominator, 100.0 * numerator / denominator as value, 'none' as suppression
        from (values ('one', {numerator}, {denominator}), ('other', 300, 700), ('third', 350, 800)) as t(breakdown, numerator, denominator)""")
    protect(con, "f", "shown", profile, known=Known(None, None, None, None))
    told = con.execute("select suppression from shown where breakdown = 'one'").fetchone()
    assert told is not None
    return str(told[0])
