"""The published schema has a version, and a renamed column stays for two quarters under its old name."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from sendjc_pipeline.cli import app
from sendjc_pipeline.release import schema
from sendjc_pipeline.reporting import Quarter
from unit.release_samples import home, provenance, publish, submission

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


def test_the_committed_version_is_what_the_change_since_the_last_release_asks_for() -> None:
    """Red where schema.yml changed and its version did not: `sendjc release schema` prints both (docs/releases.md)."""
    declared = schema.declared()
    least, why = schema.least(schema.released(), declared.tables)
    told = f"schema.yml has version {declared.version}; since {schema.RELEASED.name} at least {least} is due: {'; '.join(why)}"
    assert schema.highest(declared.version, least) == declared.version, told


LAST = schema.Declared(version="1.9.0", tables={"figures": {"value": "DOUBLE"}})


@pytest.mark.parametrize(
    ("columns", "due"),
    [({"value": "DOUBLE"}, "1.9.0"), ({"value": "DOUBLE", "more": "DATE"}, "1.10.0"), ({"value": "BIGINT", "more": "DATE"}, "2.0.0")],
)  # fmt: skip
def test_the_least_version_is_counted_from_the_last_release(columns: dict[str, str], due: str) -> None:
    assert schema.least(LAST, {"figures": columns})[0] == due
    assert schema.highest("1.9.0", "1.10.0", due) == ("2.0.0" if due == "2.0.0" else "1.10.0")


@pytest.mark.parametrize(("committed", "printed"), [("1.1.0", "1.2.0"), ("1.2.0", "1.2.0"), ("2.0.0", "2.0.0")])
def test_the_command_prints_the_version_that_is_due_once_for_all_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, committed: str, printed: str
) -> None:
    settings = home(tmp_path)
    release = publish(settings, [("plans", "derby", 40, "final", "none")], provenance(submission("derby", "sen2", "a")))
    now = schema.of_release(release)
    before = {**now, "area_rollup": {"area_id": "VARCHAR"}}
    monkeypatch.setattr(schema, "released", lambda: schema.Declared(version="1.1.0", tables=before))
    monkeypatch.setattr(schema, "declared", lambda: schema.Declared(version=committed, tables=before))
    said = yaml.safe_load(CliRunner().invoke(app, ["release", "schema", "--home", str(settings.home)]).output)
    assert said == {"version": printed, "renamed": [], "tables": now}


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


@pytest.mark.parametrize(
    ("quarter", "version"),
    [("2024-25-Q3", "1.2.0"), ("2026-27-Q1", "2.0.0"), ("2025-26-Q1", "1.2.0"), ("2025-26-Q2", "2.0.0"), ("2026-27-Q2", "3.0.0")],
)  # fmt: skip
def test_a_release_without_an_old_name_is_of_the_next_major_version(quarter: str, version: str) -> None:
    later = schema.Renamed(table="areas", old="code", new="area_code", first_quarter="2025-26-Q4")
    together = schema.Renamed(table="areas", old="id", new="area_id", first_quarter="2024-25-Q4")
    declared = schema.Declared(version="1.2.0", renamed=(*RENAMED, together, later))
    assert schema.version_of(Quarter.parse(quarter), declared) == version


def test_a_renaming_of_what_is_not_there_is_refused() -> None:
    con = duckdb.connect()
    con.execute("create temp table release_figures as select 4.5 as other")
    with pytest.raises(schema.UnknownColumn, match=r"figures\.value cannot be kept for figure"):
        schema.keep_old_names(con, "figures", "temp.main.release_figures", Quarter.parse("2024-25-Q4"), RENAMED)
