"""The published schema has a version, and a renamed column stays for two quarters under its old name."""

from __future__ import annotations

import duckdb
import pytest

from sendjc_pipeline.release import schema
from sendjc_pipeline.reporting import Quarter

BEFORE = {"figures": {"area_id": "VARCHAR", "value": "DOUBLE"}, "areas": {"area_id": "VARCHAR"}}
RENAMED = (schema.Renamed(table="figures", old="value", new="figure", first_quarter="2024-25-Q4"),)


@pytest.mark.parametrize(
    ("now", "part", "why"),
    [
        (BEFORE, "none", []),
        ({**BEFORE, "figures": {"value": "DOUBLE", "area_id": "VARCHAR"}}, "none", []),
        ({**BEFORE, "more": {"x": "VARCHAR"}}, "minor", ["table more is new"]),
        ({**BEFORE, "areas": {"area_id": "VARCHAR", "x": "DATE"}}, "minor", ["areas.x is new"]),
        ({"figures": BEFORE["figures"]}, "major", ["table areas is gone"]),
        ({**BEFORE, "figures": {"area_id": "VARCHAR"}}, "major", ["figures.value is gone"]),
        ({**BEFORE, "areas": {"area_id": "BIGINT"}}, "major", ["areas.area_id was VARCHAR and is BIGINT"]),
    ],
)  # fmt: skip
def test_what_a_change_asks_for(now: schema.Columns, part: str, why: list[str]) -> None:
    assert schema.due(BEFORE, now) == (part, why)


def test_a_bump_resets_what_stands_behind_it() -> None:
    assert [schema.bumped("1.2.3", part) for part in ("major", "minor", "none")] == ["2.0.0", "1.3.0", "1.2.3"]


def written(quarter: str) -> tuple[list[str], dict[str, str], list[tuple[object, ...]]]:
    con = duckdb.connect()
    con.execute("create temp table release_figures as select 'derby' as area_id, 4.5 as figure")
    told = schema.keep_old_names(con, "figures", "temp.main.release_figures", Quarter.parse(quarter), RENAMED)
    rows = con.execute("select * from release_figures")
    return [column[0] for column in rows.description], told, rows.fetchall()


@pytest.mark.parametrize("quarter", ["2024-25-Q4", "2025-26-Q1"])
def test_a_renamed_column_has_both_names_for_two_quarters(quarter: str) -> None:
    columns, told, rows = written(quarter)
    assert columns == ["area_id", "figure", "value"]
    assert [float(value) for value in rows[0][1:]] == [4.5, 4.5]
    assert told == {"value": "Old name of figure; releases from 2025-26-Q2 on do not have it."}


def test_then_the_old_name_is_gone() -> None:
    columns, told, _ = written("2025-26-Q2")
    assert (columns, told) == (["area_id", "figure"], {})


def test_a_renaming_of_what_is_not_there_is_refused() -> None:
    con = duckdb.connect()
    con.execute("create temp table release_figures as select 4.5 as other")
    with pytest.raises(schema.UnknownColumn, match=r"figures\.value cannot be kept for figure"):
        schema.keep_old_names(con, "figures", "temp.main.release_figures", Quarter.parse("2024-25-Q4"), RENAMED)
