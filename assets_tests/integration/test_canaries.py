"""Direct identifiers stop at `restricted/`: every one of the demo's is looked for wherever anybody else may look."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from integration.conftest import ROOT, new_home
from sendjc_pipeline.commands import run
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings

DEMO = ROOT / "seeds" / "demo"


@pytest.fixture(scope="module")
def identifiers() -> set[str]:
    """Every NHS number, UPN, ULN and full postcode of the demo's CSV files, and every pair of names."""
    found: set[str] = set()
    columns = {"nhsnumber", "upn", "uniquelearnernumber", "postcode"}
    for path in DEMO.rglob("*.csv"):
        with path.open(encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                values = {key.lower(): value for key, value in row.items()}
                found |= {values[c] for c in columns if values.get(c)}
                if values.get("surname"):
                    found |= {f"{values['surname']}, {values['forename']}", f"{values['forename']} {values['surname']}"}
    assert len(found) > 5_000
    return found


def texts_of(database: Path) -> Iterator[str]:
    """Every value of every table of a DuckDB file, as text."""
    con = duckdb.connect(str(database), read_only=True)
    for (table,) in con.execute("select table_name from duckdb_tables() where not internal").fetchall():
        yield "\n".join(row for (row,) in con.execute(f'select to_json(t)::varchar from "{table}" as t').fetchall())
    con.close()


POSTCODE = r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}"
# Overlapping pairs of capitalised words, so that "seen Ada Okafor today" is looked at word by word.
SUSPECT = re.compile(rf"(?=\b([A-Z0-9]{{10,13}}|{POSTCODE}|[^\W\d_][\w'\u2019-]*,? [^\W\d_][\w'\u2019-]*)\b)")


def leaks(text: str, identifiers: set[str]) -> set[str]:
    """The identifiers that stand in a text."""
    return {match[1] for match in SUSPECT.finditer(text)} & identifiers


def test_the_warehouse_and_the_release_name_nobody(
    published: tuple[Settings, dg.ExecuteInProcessResult], identifiers: set[str]
) -> None:
    home = published[0]
    release = (home.published / "current").resolve()
    for database in (home.warehouse / "2024-25-Q4.duckdb", release / "marts.duckdb"):
        for text in texts_of(database):
            assert leaks(text, identifiers) == set()
    assert leaks((release / "manifest.json").read_text(), identifiers) == set()


def test_the_warehouse_holds_no_day_of_birth(published: tuple[Settings, dg.ExecuteInProcessResult]) -> None:
    con = duckdb.connect(str(published[0].warehouse / "2024-25-Q4.duckdb"), read_only=True)
    columns = con.execute(
        "select table_name, column_name from duckdb_columns() where not internal and column_name ilike '%birth%'"
    ).fetchall()
    # The dates that systems write for an unknown one are nobody's.
    of_children = sorted(set(columns) - {("placeholder_birth_date", "birth_date")})
    assert len(of_children) < len(columns)
    assert {name for _, name in of_children} == {"birth_month"}
    for table, column in of_children:
        assert con.execute(f"select count(*) from {table} where day({column}) <> 1").fetchone() == (0,)


def test_the_terminal_and_dagsters_own_storage_name_nobody(
    tmp_path: Path, identifiers: set[str], capfd: pytest.CaptureFixture[str]
) -> None:
    settings = new_home(tmp_path / "home")
    order = run.Order(Quarter.parse("2024-25-Q4"), run.today(), record=True)
    assert run.run_quarter(settings, order) == 0
    said = capfd.readouterr()
    assert leaks(said.out + said.err, identifiers) == set()
    stored = [path for path in (settings.home / "dagster").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in stored)
    for path in stored:
        assert leaks(path.read_bytes().decode("latin-1"), identifiers) == set(), path.name


def test_a_planted_identifier_would_be_found(identifiers: set[str]) -> None:
    number = next(value for value in sorted(identifiers) if value.isdigit())
    name = next(
        value
        for value in sorted(identifiers)
        if "," not in value and value.count(" ") == 1 and value.replace(" ", "").isalpha()
    )
    postcode = next(value for value in sorted(identifiers) if re.fullmatch(POSTCODE, value))
    for one in (number, name, postcode):
        assert leaks(f'{{"note":"seen {one} today"}}', identifiers) == {one}
