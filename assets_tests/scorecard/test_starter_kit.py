"""The starter kit, each part read as its client would read it: Power BI's text by its grammar, Excel by openpyxl, SQL and Python by running them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import openpyxl
import pytest

from assets_tests.scorecard.made_release import MARKUP, make_release
from sendjc_pipeline.scorecard.site import write_scorecard

TYPES = {
    "string": "VARCHAR",
    "int64": ("BIGINT", "INTEGER"),
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "dateTime": ("DATE", "TIMESTAMP"),
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_release(tmp_path_factory.mktemp("release"))
    write_scorecard(folder)
    return folder


def definition(release: Path) -> Path:
    return release / "starter" / "power_bi" / "sendjc.SemanticModel" / "definition"


def parquet_of(release: Path, tmdl: str) -> Path:
    found = re.search(r'File\.Contents\(ReleaseFolder & "([^"]+)"\)', tmdl)
    assert found is not None
    return release / found[1].replace("\\", "/")


def test_every_table_of_the_model_reads_its_file_with_its_types(release: Path) -> None:
    tables = sorted((definition(release) / "tables").glob("*.tmdl"))
    assert {path.stem for path in tables} >= {"metric_quarterly", "metric_monthly", "area", "metric_definition"}
    for path in tables:
        tmdl = path.read_text()
        real = dict(
            duckdb.sql(f"select column_name, column_type from (describe from '{parquet_of(release, tmdl)}')").fetchall()
        )
        told = dict(re.findall(r"^\tcolumn (\w+)\n\t\tdataType: (\w+)$", tmdl, flags=re.M))
        assert told.keys() == real.keys(), path.name
        for column, kind in told.items():
            assert real[column] in TYPES[kind], f"{path.name}: {column}"


def test_every_relation_has_one_row_on_its_one_side(release: Path) -> None:
    text = (definition(release) / "relationships.tmdl").read_text()
    links = re.findall(r"fromColumn: (\w+)\.(\w+)\n\ttoColumn: (\w+)\.(\w+)", text)
    assert ("metric_quarterly", "area_id", "area", "area_id") in links
    con = duckdb.connect(str(release / "marts.duckdb"), read_only=True)
    for table, column, to_table, to_column in links:
        assert con.sql(f"select count(*) = count(distinct {to_column}) from {to_table}").fetchone() == (True,)
        con.sql(f"select {column} from {table} limit 1")
    con.close()


def test_measures_name_columns_that_exist(release: Path) -> None:
    tmdl = (definition(release) / "tables" / "metric_quarterly.tmdl").read_text()
    columns = set(re.findall(r"^\tcolumn (\w+)$", tmdl, flags=re.M))
    named = set(re.findall(r"metric_quarterly\[(\w+)\]", tmdl))
    assert named and named <= columns


def test_the_model_lists_its_tables_and_has_one_parameter(release: Path) -> None:
    listed = re.findall(r"^ref table (\w+)$", (definition(release) / "model.tmdl").read_text(), flags=re.M)
    assert listed == [path.stem for path in sorted((definition(release) / "tables").glob("*.tmdl"))]
    assert (definition(release) / "expressions.tmdl").read_text().count("expression ") == 1


def test_excel_reads_the_figures_and_no_formula(release: Path) -> None:
    book = openpyxl.load_workbook(release / "starter" / "sendjc.xlsx")
    rows = list(book["Figures"].iter_rows(values_only=True))
    assert rows[0][:2] == ("area_name", "metric_name")
    derby = next(row for row in rows if row[0] == "Derby" and row[-3] == "slt_wait_over_18w_pct")
    assert derby[5] == 47.9
    assert any(MARKUP in [str(cell) for cell in row] for row in rows)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_python_snippet_runs_as_it_stands(release: Path) -> None:
    done = subprocess.run(
        [sys.executable, "read.py", ".."], cwd=release / "starter", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Nottinghamshire" in done.stdout


def test_the_sql_snippets_read_the_release(release: Path) -> None:
    con = duckdb.connect(str(release / "marts.duckdb"), read_only=True)
    whole = con.sql((release / "starter" / "duckdb.sql").read_text()).fetchall()
    assert (
        len(whole) == con.sql("select count(*) from metric_quarterly where breakdown_topic = 'Total'").fetchall()[0][0]
    )
    con.close()
    postgres = (release / "starter" / "postgresql.sql").read_text().replace("sendjc.", "")
    assert duckdb.connect(str(release / "marts.duckdb"), read_only=True).sql(postgres).fetchall() == whole


def test_the_r_snippet_runs_where_r_is(release: Path) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        columns = set(
            re.findall(r'"(\w+)"', (release / "starter" / "read.R").read_text().split("totals[")[1].split("else")[0])
        )
        real = {
            name
            for (name,) in duckdb.sql(
                f"select column_name from (describe from '{release}/metric_quarterly.parquet')"
            ).fetchall()
        }
        assert columns and columns <= real
        pytest.skip(
            "the columns that the R snippet names exist; running it needs Rscript (Debian's package r-base-core)"
        )
    public = release / "open_data" / "send_quarterly.csv"
    public.parent.mkdir(exist_ok=True)
    public.write_text(
        "time_period,time_identifier,la_name,breakdown_topic,ehcp_caseload,ehcp_caseload_dq\n202425,Financial year Q4,Nottinghamshire,Total,5420,2\n"
    )
    done = subprocess.run(
        [rscript, "read.R", ".."], cwd=release / "starter", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Nottinghamshire" in done.stdout
