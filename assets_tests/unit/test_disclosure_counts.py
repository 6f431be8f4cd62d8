"""Counts that are no metrics are hidden by the same rules, and keep their columns."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.disclosure.counts import suppress_counts


def released(counts: dict[str, float | None]) -> dict[str, tuple[float | None, str]]:
    con = duckdb.connect()
    con.execute(
        "create table counted (quarter varchar, kind varchar, area_id varchar, child_count double, suppression varchar, reason varchar)"
    )
    for area, count in counts.items():
        con.execute(
            "insert into counted values ('q', 'k', ?, ?, 'none', 'own words'), ('q', 'other', ?, 50, 'none', null)",
            [area, count, area],
        )
    con.execute("create table area_rollup as select * from (values ('a', 'ab'), ('b', 'ab')) as t(area_id, rollup_id)")
    suppress_counts(con, "counted", "shown", "area_rollup", ["quarter", "kind"], "child_count")
    columns = [name for (name,) in con.execute("select column_name from (describe shown)").fetchall()]
    assert sorted(columns) == ["area_id", "child_count", "kind", "quarter", "reason", "suppression"]
    assert con.execute("select distinct child_count, suppression from shown where kind = 'other'").fetchall() == [
        (50.0, "none")
    ]
    rows = con.execute("select area_id, child_count, suppression from shown where kind = 'k'").fetchall()
    return {area: (count, why) for area, count, why in rows}


@pytest.mark.parametrize(("count", "why"), [(0, "none"), (1, "primary"), (4, "primary"), (5, "none")])
def test_one_to_four_children_are_not_shown(count: int, why: str) -> None:
    shown = released({"c": count})["c"]
    assert shown == (count if why == "none" else None, why)


def test_a_total_goes_with_its_small_part_and_a_missing_count_stays_missing() -> None:
    shown = released({"a": 3, "b": 40, "ab": 43, "c": None})
    assert shown == {"a": (None, "primary"), "b": (40.0, "none"), "ab": (None, "secondary"), "c": (None, "none")}
