"""What a figure becomes in the open-data files: a number, c, x or z, and its grade beside it."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline.release import open_data, open_data_checks
from sendjc_pipeline.release.declared import Declaration
from sendjc_pipeline.reporting import Quarter

AREAS = {"derby": ("E06000015", "831", "Derby"), "newcastle": ("E08000021", "391", "Newcastle upon Tyne")}


# of the area, unit, numerator, denominator, value, grade
Figure = tuple[str, str, float | None, float | None, float | None, str | None]


def written(
    folder: Path, *figures: Figure, profile: str = "open", place: str = "open_data/"
) -> dict[str, dict[str, str]]:
    """The rows of the file of the quarter by area; a metric is called by its unit."""
    con = duckdb.connect()
    con.execute(
        "create table area (area_id varchar, area_code varchar, old_la_code varchar, area_name varchar, geographic_level varchar, region_code varchar,"
        " region_name varchar)"
    )
    for area, where in AREAS.items():
        con.execute("insert into area values (?, ?, ?, ?, 'Local authority', 'E12', 'Region')", [area, *where])
    for table, columns in {
        "area_rollup": ["area_id", "rollup_id"],
        "metric_nested": ["metric_id", "time_window", "within_metric_id", "within_time_window"],
        "metric_definition": ["metric_id", "numerator_description", "denominator_description"],
        "metric_alike": ["metric_id", "part", "alike_metric_id", "alike_part"],
    }.items():
        con.execute(f"create table {table} ({', '.join(f'{name} varchar' for name in columns)})")
    con.execute("alter table metric_alike add column quarters_before integer")
    con.execute(
        "create table figure (quarter varchar, metric_id varchar, metric_name varchar, topic varchar, time_window varchar, area_id varchar, area_code varchar,"
        " area_name varchar, geographic_level varchar, service varchar, tier varchar, breakdown_topic varchar, breakdown varchar, unit varchar,"
        " numerator double, denominator double, value double, dq_grade varchar)"
    )
    for area, unit, *numbers in figures:
        words = [
            "2024-25-Q4",
            unit,
            f"Plans in {unit}",
            "ehc",
            "quarter",
            area,
            AREAS[area][0],
            AREAS[area][2],
            "Local authority",
            "ehc",
            "Total",
            "Total",
            "Total",
            unit,
        ]
        con.execute(f"insert into figure values ({', '.join('?' * (len(words) + 4))})", [*words, *numbers])
    public = Declaration("release_open_data", (), place, {"disclosure_profile": profile}, {})
    open_data.write(con, folder, Quarter.parse("2024-25-Q4"), public, source="figure")
    names = {code: area for area, (code, *_) in AREAS.items()}
    with (folder / place / "send_quarterly.csv").open(encoding="utf-8", newline="") as file:
        return {names[row["new_la_code"]]: row for row in csv.DictReader(file)}


def share(grade: str | None, area: str = "derby") -> Figure:
    return area, "pct", 30, 60, 50.0, grade


@pytest.mark.parametrize(("grade", "told"), [("A", "1"), ("B", "2"), ("C", "3"), (None, "x")])
def test_a_figure_that_can_be_used_is_a_number_with_its_grade_beside_it(
    tmp_path: Path, grade: str | None, told: str
) -> None:
    row = written(tmp_path, share(grade))["derby"]
    assert [row[name] for name in ("pct", "pct_num", "pct_den", "pct_dq")] == ["50.0", "30", "60", told]


def test_an_unreliable_share_is_no_number_nor_what_it_is_made_of_and_its_grade_says_so(tmp_path: Path) -> None:
    rows = written(tmp_path, share("D"), share("C", "newcastle"))
    columns = ("pct", "pct_num", "pct_den", "pct_dq")
    assert [rows["derby"][name] for name in columns] == ["x", "x", "x", "4"]
    assert [rows["newcastle"][name] for name in columns] == ["50.0", "30", "60", "3"]


def test_an_unreliable_count_and_mean_are_no_numbers_either(tmp_path: Path) -> None:
    row = written(tmp_path, ("derby", "count", 40, None, 40, "D"), ("derby", "weeks", None, 40, 12.3, "D"))["derby"]
    assert [row[name] for name in ("count", "count_dq", "weeks", "weeks_den", "weeks_dq")] == ["x", "4", "x", "x", "4"]


def test_what_is_hidden_is_marked_hidden_whatever_its_grade_and_takes_its_grade_with_it(tmp_path: Path) -> None:
    rows = written(tmp_path, ("derby", "count", 3, None, 3, "D"), ("newcastle", "count", 3, None, 3, "B"))
    assert [(row["count"], row["count_dq"]) for row in rows.values()] == [("c", "c"), ("c", "c")]


def test_a_figure_of_grade_d_is_remembered_as_hidden_only_where_it_is(tmp_path: Path) -> None:
    """An x is how a figure is written: disclosure control reads of the numbers themselves what later releases may tell."""
    written(tmp_path, ("derby", "count", 3, None, 3, "D"), ("newcastle", "count", 40, None, 40, "D"))
    memory = tmp_path / "protection" / "open_data.parquet"
    assert duckdb.sql(f"select area_id from read_parquet('{memory}')").fetchall() == [("derby",)]


def test_the_profile_and_the_folder_are_the_declared_ones(tmp_path: Path) -> None:
    row = written(tmp_path, ("derby", "count", 6, None, 6, "A"), profile="partner", place="public/")["derby"]
    assert (row["count"], row["count_dq"]) == ("6", "1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["protection", "public"]


def test_what_was_not_supplied_has_no_grade_to_tell(tmp_path: Path) -> None:
    rows = written(tmp_path, ("derby", "count", None, None, None, "D"), ("newcastle", "count", 40, None, 40, "A"))
    assert [(rows[area]["count"], rows[area]["count_dq"]) for area in AREAS] == [("x", "x"), ("40", "1")]


def test_what_is_not_measured_for_an_area_has_none_either(tmp_path: Path) -> None:
    rows = written(tmp_path, share("A"), ("newcastle", "count", 40, None, 40, "A"))
    assert [rows["derby"][name] for name in ("count", "count_dq")] == ["z", "z"]


def test_the_files_pass_every_rule_of_the_standard_and_a_label_says_what_the_grade_is(tmp_path: Path) -> None:
    written(tmp_path, share("D"), ("derby", "count", 40, None, 40, "B"), ("newcastle", "weeks", None, 40, 12.3, "C"))
    path = tmp_path / "open_data" / "send_quarterly.csv"
    assert open_data_checks.screen(path) == []
    labels = {row["col_name"]: row["label"] for row in open_data_checks.read(path).meta}
    assert labels["pct_dq"] == "Plans in pct: data quality, 1 (A) to 4 (D)"
