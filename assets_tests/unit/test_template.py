"""`sendjc template`: what it writes can be sent back as it is, says what every column is, and starts no formula."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline import settings as configuration
from sendjc_pipeline.commands.template import template
from sendjc_pipeline.feeds import template as words
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions import intake, template_files
from sendjc_pipeline.submissions.safe_cell import safe_cell, safe_cell_sql, safe_cells

FILLED = [name for name in feeds.names() if words.why_not_filled(feeds.load(name)) is None]
WORKBOOKS = [name for name in FILLED if words.takes_workbooks(feeds.load(name))]
NOT_FILLED = [name for name in feeds.names() if name not in FILLED]


def _rules(folder: Path, feed: str, spec: str, files: list[Path]) -> set[str]:
    receipt = intake.check(feed, spec, files, configuration.load(folder / "home"))
    assert receipt.status == "accepted", receipt.file_messages
    return {total.rule for total in receipt.messages_total}


@pytest.mark.parametrize("name", FILLED)
def test_the_empty_csv_template_is_accepted_in_every_spec(name: str, tmp_path: Path) -> None:
    feed = feeds.load(name)
    for spec in feed.specs:
        paths = template_files.write(feed, spec, tmp_path / spec, as_workbook=False)
        assert _rules(tmp_path, name, spec, paths[:-1]) <= {f"{name.upper()}.file.no_rows"}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_empty_workbook_is_accepted(name: str, tmp_path: Path) -> None:
    feed = feeds.load(name)
    (path,) = template_files.write(feed, feed.default_spec, tmp_path, as_workbook=True)
    assert _rules(tmp_path, name, feed.default_spec, [path]) <= {f"{name.upper()}.file.no_rows"}
    assert openpyxl.load_workbook(path).sheetnames[-1] == "dictionary"


@pytest.mark.parametrize("name", NOT_FILLED)
def test_what_a_system_or_a_publisher_writes_has_a_dictionary_only(name: str, tmp_path: Path) -> None:
    feed = feeds.load(name)
    assert [path.name for path in template_files.write(feed, feed.default_spec, tmp_path, as_workbook=False)] == [
        f"{name}_dictionary.csv"
    ]
    assert "nothing to fill in" in str(words.why_not_filled(feed)) or "no table" in str(words.why_not_filled(feed))


@pytest.mark.parametrize("name", feeds.names())
def test_the_dictionary_has_every_column_of_the_spec(name: str) -> None:
    feed = feeds.load(name)
    rows = words.dictionary(feed, feed.default_spec)
    tables = [t for t in feed.tables.values() if feed.has_table(t, feed.default_spec)]
    expected = {(t.name, feed.header(c, feed.default_spec)) for t in tables for c in feed.columns(t, feed.default_spec)}
    assert {(row[0], row[1]) for row in rows} - {(t.name, "(not needed)") for t in tables} == expected
    assert all(len(row) == len(words.DICTIONARY) and row[2] for row in rows)


def test_the_dictionary_speaks_to_a_data_officer() -> None:
    rows = {
        row[1]: dict(zip(words.DICTIONARY, row, strict=True)) for row in words.dictionary(feeds.load("ep_advice"), "1")
    }
    due = rows["due_date"]
    assert due["type"] == "date, written as 2025-01-31 or 31/01/2025"
    assert due["example"] == "2024-12-13"
    assert due["required"] == "no"
    assert "the due date is not six weeks after the request (a warning, the row counts)" in due["rules"]
    assert "EP = Educational psychologist" in rows["adviser_type"]["codes"]


def test_codes_are_those_of_the_spec() -> None:
    sen2 = feeds.load("sen2")
    assert "DS" in words.labels(sen2, "sen2_need", "2025")
    assert "DS" not in words.labels(sen2, "sen2_need", "2024")


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    template("equipment", None, tmp_path, None, False)
    (tmp_path / "equipment.xlsx").write_bytes(b"mine")
    with pytest.raises(SendjcError, match=r"already holds equipment\.xlsx.*--force"):
        template("equipment", None, tmp_path, None, False)
    assert (tmp_path / "equipment.xlsx").read_bytes() == b"mine"
    template("equipment", None, tmp_path, None, True)
    assert (tmp_path / "equipment.xlsx").read_bytes() != b"mine"


def test_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(SendjcError, match="read from CSV files"):
        template("csds", None, tmp_path, True, False)
    with pytest.raises(SendjcError, match="known specs: 1"):
        template("equipment", "2", tmp_path, None, False)
    (tmp_path / "file").write_text("x")
    with pytest.raises(SendjcError, match="cannot be written"):
        template("equipment", None, tmp_path / "file" / "inside", None, False)


def test_the_command_line_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sendjc_pipeline import cli

    monkeypatch.setattr("sys.argv", ["sendjc", "template", "short_breaks", "--csv", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code in (0, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short_breaks.csv", "short_breaks_dictionary.csv"]
    with (tmp_path / "short_breaks_dictionary.csv").open(encoding="utf-8-sig", newline="") as file:
        assert tuple(next(csv.reader(file))) == words.DICTIONARY


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@x", "\tx", "\rx", "plain", "", "a=b", "'=1"])
def test_a_cell_never_starts_a_formula(text: str) -> None:
    sent = safe_cell(text)
    assert not sent.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert sent in (text, f"'{text}")
    assert duckdb.execute(f"select {safe_cell_sql('$1::varchar')}", [text]).fetchone() == (sent,)
    assert pl.DataFrame({"said": [text]}).select(safe_cells(pl.col("said"))).item() == sent


def test_a_null_stays_null_in_sql() -> None:
    assert duckdb.sql(f"select {safe_cell_sql('null::varchar')}").fetchone() == (None,)
