"""What a real release holds beside its figures: its schema, its description for machines, its open data, and under which terms it leaves."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import dagster as dg
import duckdb
import frictionless
import pytest

from integration.conftest import QUARTER
from sendjc_pipeline.release import history, ledger, open_data_checks, schema
from sendjc_pipeline.release.declared import TERMS
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.warehouse import project


@pytest.fixture
def release(published: tuple[Settings, dg.ExecuteInProcessResult]) -> ledger.Release:
    found = ledger.newest(published[0], QUARTER)
    assert found is not None
    return found


def test_the_schema_is_the_committed_one_under_its_version(release: ledger.Release) -> None:
    """Red after a change of a published table: raise `version` in schema.yml and take in its tables, both of which `sendjc release schema` prints."""
    declared, found = schema.declared(), schema.of_release(release)
    _, why = schema.due(declared.tables, found)
    least, _ = schema.least(schema.released(), found)
    assert not why, (
        f"schema.yml has other tables (the version due is {schema.highest(declared.version, least)}): {'; '.join(why)}"
    )
    assert release.manifest()["schema_version"] == schema.version_of(QUARTER, declared)


def test_every_file_is_accounted_for_by_hash_and_size(release: ledger.Release) -> None:
    manifest = release.manifest()
    told = manifest["tables"] | manifest["files"]
    found = {p.relative_to(release.folder).as_posix() for p in release.folder.rglob("*") if p.is_file()}
    assert set(told) == found - {"manifest.json"}
    for name, entry in told.items():
        content = (release.folder / name).read_bytes()
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_data_package_is_valid_and_tells_every_table_and_column(release: ledger.Release) -> None:
    path = release.folder / "datapackage.json"
    package = frictionless.Package(str(path))
    assert frictionless.Package.metadata_validate(json.loads(path.read_text())) is not None
    assert [error.message for error in frictionless.Package.metadata_validate(json.loads(path.read_text()))] == []
    assert {r.path for r in package.resources if r.format == "parquet"} == set(release.manifest()["tables"])
    for resource in package.resources:
        content = (release.folder / str(resource.path)).read_bytes()
        assert resource.bytes == len(content) and resource.hash == f"sha256:{hashlib.sha256(content).hexdigest()}"
        if resource.format != "parquet":
            report = frictionless.validate(resource)
            assert report.valid, report.flatten(["message"])
            continue
        columns = duckdb.sql(f"describe from read_parquet('{release.folder / str(resource.path)}')").fetchall()
        assert [field.name for field in resource.schema.fields] == [column[0] for column in columns]
        assert all(field.description for field in resource.schema.fields), resource.name
        key = resource.schema.primary_key
        if key:
            twice = f"select 1 from read_parquet('{release.folder / str(resource.path)}') group by {', '.join(key)} having count(*) > 1 limit 1"
            assert duckdb.sql(twice).fetchall() == [], resource.name


def test_the_open_data_pass_every_rule_of_the_standard(release: ledger.Release) -> None:
    files = sorted(p for p in (release.folder / "open_data").glob("*.csv") if not p.name.endswith(".meta.csv"))
    assert [path.name for path in files] == ["send_calendar_year_to_date.csv", "send_quarterly.csv"]
    assert [open_data_checks.screen(path) for path in files] == [[], []]


def test_the_public_folder_does_not_say_which_marks_are_of_small_numbers(release: ledger.Release) -> None:
    assert {path.suffix for path in (release.folder / "open_data").iterdir()} == {".csv"}
    assert (release.folder / "protection" / "open_data.parquet").is_file()


def test_the_open_data_tell_of_councils_only_and_of_no_count_below_eight(release: ledger.Release) -> None:
    for path in (release.folder / "open_data").glob("send_*[a-z].csv"):
        if path.name.endswith(".meta.csv"):
            continue
        data = open_data_checks.read(path)
        assert set(data.values("geographic_level")) == {"Local authority"}
        assert "Nottingham and Nottinghamshire" not in {v for row in data.rows for v in row.values()}
        whole = {row["col_name"] for row in data.meta if row["col_type"] == "Indicator" and row["indicator_dp"] == "0"}
        counts = {name for name in whole if not name.endswith("_dq")}
        shown = {int(v) for name in counts for v in data.values(name) if v not in open_data_checks.SYMBOLS}
        assert shown and all(v == 0 or (v >= 10 and v % 5 == 0) for v in shown)


def test_no_figure_of_grade_d_is_a_number_in_the_open_data_and_each_number_has_its_grade(
    release: ledger.Release,
) -> None:
    told: Counter[tuple[str, bool]] = Counter()
    for name in ("send_calendar_year_to_date.csv", "send_quarterly.csv"):
        data = open_data_checks.read(release.folder / "open_data" / name)
        for graded in (name for name in data.indicators if name.endswith("_dq")):
            stem = graded.removesuffix("_dq")
            parts = [column for column in (stem, f"{stem}_num", f"{stem}_den") if column in data.columns]
            told.update((row[graded], row[part] not in open_data_checks.SYMBOLS) for row in data.rows for part in parts)
    numbers = {grade for grade, is_number in told if is_number}
    assert numbers and numbers <= {"1", "2", "3"}
    assert {grade for grade, is_number in told if not is_number} >= {"4", "c", "x", "z"}
    assert told["4", False]


def test_every_published_table_leaves_under_terms(release: ledger.Release) -> None:
    for name, entry in release.manifest()["tables"].items():
        assert all(entry[term] for term in TERMS), name
    public = release.manifest()["open_data"]
    assert (release.folder / public["place"] / "send_quarterly.csv").is_file()
    assert public["disclosure_profile"] == "open" and all(public[term] for term in TERMS)
    for exposure in project.manifest()["exposures"].values():
        meta = exposure["config"]["meta"]
        assert all(meta.get(term) for term in (*TERMS, "destination")), exposure["name"]
        assert meta["disclosure_profile"] in ("none", "open", "partner", "restricted")


def test_the_history_lies_beside_the_releases(
    published: tuple[Settings, dg.ExecuteInProcessResult], release: ledger.Release
) -> None:
    con = duckdb.connect(str(history.path_of(published[0])), read_only=True)
    assert con.execute("select release_id, state from release").fetchall() == [(release.release_id, "standing")]
    figures = con.execute("select count(*) from figure_as_known").fetchone()
    assert figures == con.execute("select count(*) from figure_as_published").fetchone() != (0,)


def test_the_warehouse_keeps_its_check_history(published: tuple[Settings, dg.ExecuteInProcessResult]) -> None:
    con = duckdb.connect(str(Path(published[0].warehouse) / f"{QUARTER.label}.duckdb"), read_only=True)
    runs = con.execute("select count(distinct run), min(run), count(*) from audit_history").fetchone()
    judged = con.execute("select count(*) from audit_check").fetchone()
    assert runs == (1, 1, judged[0])
