"""The reader of workbooks and CSV files together: the same rows, the true places, and nothing hostile opened."""

from __future__ import annotations

import random
import resource
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from workbook_samples import HEADER, ROW, book, row, sheet, text_cell, understate

from sendjc_pipeline import feeds
from sendjc_pipeline import settings as configuration
from sendjc_pipeline.submissions import intake, readers
from sendjc_pipeline.submissions.readers import tabular
from sendjc_pipeline.submissions.readers.sheet_table import ERROR, MERGED
from sendjc_pipeline.synthetic import xlsx
from sendjc_pipeline.warehouse.connection import connect

FEED = feeds.load("sensory_support")
SLEEP = feeds.load("sleep_support")
SLEEP_ROW = {"referral_id": "R1", "local_id": "C1", "referral_date": "2025-01-08"}
_WHEN = datetime(2024, 1, 8, 9, 30, 1)  # noqa: DTZ001  a spreadsheet knows no time zone
STEP_ROW = {"step_id": "S1", "referral_id": "R1", "pathway_step": "1", "start_date": "2025-01-20"}


def _read(*files: Path, feed: feeds.Feed = FEED) -> tuple[duckdb.DuckDBPyConnection, readers.ReadResult]:
    con = connect()
    readers.prepare(con)
    return con, tabular.read(con, feed, "1", files)


def _rows(con: duckdb.DuckDBPyConnection, columns: str, table: str = "sensory_support") -> list[tuple[Any, ...]]:
    return con.execute(f"select {columns} from raw_{table} order by source_row").fetchall()


def _faults(result: readers.ReadResult) -> set[str]:
    return {warning.rule.removeprefix("SENSORY_SUPPORT.file.") for warning in result.warnings}


def _refused(*files: Path, feed: feeds.Feed = FEED) -> list[readers.FileRejected]:
    with pytest.raises(readers.FileRejected) as caught:
        _read(*files, feed=feed)
    assert all(str(fault.remedy).strip() for fault in (caught.value, *caught.value.also))
    return [caught.value, *caught.value.also]


def _saved(tmp_path: Path, rows: list[list[Any]], title: str = "sensory_support") -> tuple[Any, Path]:
    made = openpyxl.Workbook()
    made.active.title = title
    for cells in rows:
        made.active.append(cells)
    return made, tmp_path / "sent.xlsx"


def test_cells_are_the_text_that_a_csv_would_hold(tmp_path: Path) -> None:
    header = ["caseload_id", "local_id", "need", "referral_date", "date_of_birth", "nhs_number", "visits_per_year"]
    header += ["visits_in_period", "surname", "forename", "postcode"]
    made, path = _saved(tmp_path, [header, [
        7, 12.0, "HI", date(2024, 1, 8), _WHEN.replace(hour=0, minute=0, second=0), 9990000018, 12.5, True, " Okafor ", None, _WHEN,
    ]])  # fmt: skip
    made.active["D2"].number_format = "dd mmmm yyyy"
    made.save(path)
    con, result = _read(path)
    assert _rows(con, ", ".join(header)) == [
        (
            "7",
            "12",
            "HI",
            "2024-01-08",
            "2024-01-08",
            "9990000018",
            "12.5",
            "1",
            " Okafor ",
            None,
            "2024-01-08 09:30:01",
        )
    ]
    assert result.warnings == ()


def test_a_workbook_and_a_csv_of_the_same_rows_are_read_alike(tmp_path: Path) -> None:
    xlsx.write({"Sensory Support": [HEADER, ROW]}, tmp_path / "a.xlsx")
    (tmp_path / "sensory_support.csv").write_text(f"{','.join(HEADER)}\n{','.join(ROW)}\n")
    columns = ", ".join(c.key for c in FEED.tables["sensory_support"].columns)
    from_book, from_csv = _read(tmp_path / "a.xlsx")[0], _read(tmp_path / "sensory_support.csv")[0]
    assert _rows(from_book, columns) == _rows(from_csv, columns)
    row_number = f"{readers.source_row('raw')} from raw_sensory_support raw"
    assert [con.execute(f"select {row_number}").fetchall() for con in (from_book, from_csv)] == [[(2,)], [(2,)]]
    assert _rows(from_book, "source_file, source_sheet") == [("a.xlsx", "Sensory Support")]


def test_places_are_those_that_excel_shows(tmp_path: Path) -> None:
    padded = [["", "", *line] for line in (["List of our children"], [], list(HEADER), list(ROW), [], list(ROW))]
    xlsx.write({"sensory_support": padded}, tmp_path / "a.xlsx")
    con, result = _read(tmp_path / "a.xlsx")
    assert _rows(con, "source_row, caseload_id") == [(4, "K1"), (6, "K1")]
    assert con.execute("select position from raw_header where column_name = 'need'").fetchone() == (8,)
    assert _faults(result) == {"header_row", "blank_lines"}


def test_the_first_sheet_serves_a_feed_of_one_table_and_notes_are_ignored(tmp_path: Path) -> None:
    xlsx.write(
        {"dictionary": [["table"]], "Sheet1": [HEADER, ROW], "Jane Doe 2015-01-01": [["x"]]}, tmp_path / "a.xlsx"
    )
    con, result = _read(tmp_path / "a.xlsx")
    assert len(_rows(con, "1")) == 1
    assert [w.message for w in result.warnings] == ["sheet (name withheld) is not named as a table and was not read"]


def test_each_table_of_a_feed_has_its_sheet_or_its_file(tmp_path: Path) -> None:
    sheets = {"SLEEP_SUPPORT": [list(SLEEP_ROW), list(SLEEP_ROW.values())], "Sleep Step": [list(STEP_ROW), list(STEP_ROW.values())]}  # fmt: skip
    xlsx.write(sheets, tmp_path / "both.xlsx")
    con, _ = _read(tmp_path / "both.xlsx", feed=SLEEP)
    assert len(_rows(con, "1", "sleep_support")) == len(_rows(con, "1", "sleep_step")) == 1
    xlsx.write({"sleep_support": sheets["SLEEP_SUPPORT"]}, tmp_path / "one.xlsx")
    (tmp_path / "sleep_step.csv").write_text(f"{','.join(STEP_ROW)}\n{','.join(STEP_ROW.values())}\n")
    con, _ = _read(tmp_path / "one.xlsx", tmp_path / "sleep_step.csv", feed=SLEEP)
    assert len(_rows(con, "1", "sleep_support")) == len(_rows(con, "1", "sleep_step")) == 1
    faults = _refused(tmp_path / "both.xlsx", tmp_path / "sleep_step.csv", feed=SLEEP)
    assert [fault.rule for fault in faults] == ["SLEEP_SUPPORT.file.repeated_table"]


def test_a_missing_table_and_a_wrong_sheet_are_told(tmp_path: Path) -> None:
    xlsx.write({"sleep_step": [list(STEP_ROW), list(STEP_ROW.values())]}, tmp_path / "a.xlsx")
    assert [f.rule for f in _refused(tmp_path / "a.xlsx", feed=SLEEP)] == ["SLEEP_SUPPORT.file.missing_table"]
    xlsx.write({"Sheet1": [list(STEP_ROW), list(STEP_ROW.values())]}, tmp_path / "b.xlsx")
    (fault,) = _refused(tmp_path / "b.xlsx", feed=SLEEP)
    assert "Name the sheets sleep_support, sleep_step" in fault.remedy
    (fault,) = _refused(tmp_path / "b.xlsx")
    assert fault.rule == "SENSORY_SUPPORT.file.wrong_feed"
    assert "feed sleep_support table sleep_step" in fault.message


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    xlsx.write({"sensory_support": [["caseload_id"], ["K1"]]}, tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 cut")
    (tmp_path / "sensory_support.csv").write_text("caseload_id\nK1\n")
    faults = [fault.rule.split(".")[-1] for fault in _refused(*(tmp_path / n for n in ("a.xlsx", "b.xlsx", "sensory_support.csv")))]  # fmt: skip
    assert faults == ["missing_column", "unreadable", "missing_column"]


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    xlsx.write({"sensory_support": [[*HEADER, "Need"], [*ROW, "VI"]]}, tmp_path / "a.xlsx")
    assert [f.rule for f in _refused(tmp_path / "a.xlsx")] == ["SENSORY_SUPPORT.file.duplicate_column"]


def test_a_header_in_words_is_read_and_a_foreign_column_is_told_by_its_letter(tmp_path: Path) -> None:
    words = ["Caseload ID" if name == "caseload_id" else name for name in HEADER]
    xlsx.write({"sensory_support": [["", *words, "Okafor"], ["", *ROW, "x"]]}, tmp_path / "a.xlsx")
    con, result = _read(tmp_path / "a.xlsx")
    assert _rows(con, "caseload_id") == [("K1",)]
    assert con.execute("select position from raw_header where column_name = 'caseload_id'").fetchone() == (2,)
    assert _faults(result) == {"header_spelling", "unknown_column"}
    assert not any("Okafor" in w.message for w in result.warnings)
    assert any(w.message.startswith(f"column {chr(ord('B') + len(HEADER))} is not part") for w in result.warnings)


def test_values_in_a_column_without_a_name_are_told(tmp_path: Path) -> None:
    xlsx.write({"sensory_support": [HEADER, [*ROW, "x"]]}, tmp_path / "a.xlsx")
    assert _faults(_read(tmp_path / "a.xlsx")[1]) == {"unknown_column"}


def test_errors_merged_cells_formulas_and_hidden_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", sheet(
        row(1, HEADER),
        row(2, ROW[:6], '<c r="G2" t="e"><v>#REF!</v></c>'),
        row(3, ROW[:6], '<c r="G3"><f>DATE(2024,1,8)</f><v>45299</v></c>', ' hidden="1"'),
        row(4, ROW), row(5, ["K2"]), row(6, ROW),
        after='<mergeCells count="1"><mergeCell ref="B4:B5"/></mergeCells>',
    ))  # fmt: skip
    con, result = _read(path)
    assert _rows(con, "source_row, referral_date") == [(3, "45299"), (6, "2024-01-08")]
    rejects = con.execute("select source_row, why, payload is not null from raw_reject order by 1").fetchall()
    assert rejects == [(2, ERROR, True), (4, MERGED, True), (5, MERGED, True)]
    assert _faults(result) == {"formulas", "hidden"}


def test_an_error_is_seen_however_the_part_is_written(tmp_path: Path) -> None:
    rows = row(1, HEADER) + row(2, ROW[:6], "<c\n t = 'e' r = 'G2' ><v>#N/A</v></c>")
    con, _ = _read(book(tmp_path / "a.xlsx", sheet(rows)))
    assert con.execute("select source_row, why from raw_reject").fetchall() == [(2, ERROR)]
    assert _rows(con, "1") == []


def test_a_number_without_a_date_format_is_no_date(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", sheet(row(1, HEADER), row(2, ROW[:6], '<c r="G2"><v>45299</v></c>')))
    receipt = intake.check("sensory_support", None, [path], configuration.load(tmp_path / "home"))
    assert {t.rule for t in receipt.messages_total} == {"SENSORY_SUPPORT.sensory_support.referral_date.format"}


def test_british_dates_and_iso_dates_are_both_read(tmp_path: Path) -> None:
    sent = [["K1", "HI", "08/01/2024"], ["K2", "VI", "2024-01-08"], ["K3", "MSI", "2024-13-01"]]
    xlsx.write(
        {"sensory_support": [HEADER, *([key, *ROW[1:5], need, day] for key, need, day in sent)]}, tmp_path / "a.xlsx"
    )
    receipt = intake.check("sensory_support", None, [tmp_path / "a.xlsx"], configuration.load(tmp_path / "home"))
    count = receipt.tables["sensory_support"]
    assert (count.received, count.accepted, count.quarantined) == (3, 2, 1)


def _hostile(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    """Name -> (workbook, words of the refusal)."""
    head, long = row(1, HEADER), "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=30_000))
    nought = "<c><v>0</v></c>"
    shared = f"<sst><si><t>{long}</t></si></sst>"
    pointing = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 60_000))
    hiding = pointing.replace("<v>", "<f/><v>")
    merged = "".join(f'<mergeCell ref="A{n}:A{n + 1}"/>' for n in range(2, 24_000, 2))
    texts = "".join(f"<si><t>{n}</t></si>" for n in range(1_000_001))
    errors = (f'<row r="{n}"><c r="A{n}" t="e"><v>#N/A</v></c></row>' for n in range(2, 12_000))
    beyond = "a cell stands beyond row 1,048,576 or column ZZ"
    too_many = "the cells down to the last one are more than 2,000,000"
    files = {
        "far": (sheet(head, '<row r="5"><c r="XFD1048576"><v>1</v></c></row>'), {}, beyond),
        "far_otherwise": (sheet(head, "<row r='5'><c\n r = 'A9000000'><v>1</v></c></row>"), {}, beyond),
        "far_row": (sheet(head, '<row r="1048576"><c><v>1</v></c></row>'), {}, too_many),
        "no_references": (sheet("<row>" + nought * 3_000 + "</row>" + "<row/>" * 9_000 + f"<row>{nought}</row>"), {}, too_many),
        "entities": ('<!DOCTYPE x [<!ENTITY a "b">]>' + sheet(head), {}, "declares XML entities"),
        "utf_16": (sheet(head).encode("utf-16"), {}, "not in UTF-8"),
        "long_texts": (sheet(head, *(row(n, [long[n % 999 :]]) for n in range(2, 700))), {}, "more than 16 MB of text"),
        "one_text_often": (sheet(head, pointing), {"xl/sharedStrings.xml": shared}, "repeat more than 32 MB of text"),
        "one_text_hidden": (sheet(head, hiding), {"xl/sharedStrings.xml": shared}, "repeat more than 32 MB of text"),
        "many_texts": (sheet(head), {"xl/sharedStrings.xml": f"<sst>{texts}</sst>"}, "more than 1,000,000 different texts"),
        "merged": (sheet(head, after=f"<mergeCells>{merged}</mergeCells>"), {}, "more than 10,000 ranges"),
        "errors": (sheet(head, *errors), {}, "more than 10,000 cells hold an Excel error"),
    }  # fmt: skip
    return {name: (book(tmp_path / f"{name}.xlsx", part, more), words) for name, (part, more, words) in files.items()}


def test_hostile_workbooks_are_refused_before_they_are_opened(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path, words in _hostile(tmp_path).values():
        (fault,) = _refused(path)
        assert words in fault.message, (path.name, fault.message)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < 256


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", sheet(row(1, HEADER), *(row(n, ROW) for n in range(2, 5_000))))
    (fault,) = _refused(understate(path, "xl/worksheets/sheet1.xml", 1_000))
    assert fault.rule == "SENSORY_SUPPORT.file.unreadable"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(900), "an old Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(900) + "EncryptedPackage".encode("utf-16-le"), "encrypted with a password"),
        (b"PK\x03\x04" + bytes(900), "cut short or damaged"),
        (bytes(random.Random(3).randbytes(900)), "not an .xlsx workbook"),
        (b"caseload_id,need\nK1,VI\n", "not an .xlsx workbook"),
    ],
)
def test_what_is_no_readable_workbook_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    (fault,) = _refused(tmp_path / "a.xlsx")
    assert words in fault.message


def test_an_archive_that_is_no_workbook_and_an_empty_sheet_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "cannot be opened" in _refused(tmp_path / "a.xlsx")[0].message
    xlsx.write({"sensory_support": []}, tmp_path / "b.xlsx")
    assert _refused(tmp_path / "b.xlsx")[0].rule == "SENSORY_SUPPORT.file.empty"


def test_an_error_without_a_place_refuses_the_file(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", sheet(row(1, HEADER), '<row><c t="e"><v>#N/A</v></c></row>'))
    assert "does not say in which cell" in _refused(path)[0].message


def test_cells_without_references_are_read(tmp_path: Path) -> None:
    lines = ["<row>" + "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in line) + "</row>" for line in (HEADER, ROW)]  # fmt: skip
    con, _ = _read(book(tmp_path / "a.xlsx", sheet(*lines)))
    assert _rows(con, "source_row, caseload_id, referral_date") == [(2, "K1", "2024-01-08")]


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    xlsx.write({"sensory_support": [HEADER, ROW], "Sensory-Support": [HEADER, ROW]}, tmp_path / "a.xlsx")
    assert [f.rule for f in _refused(tmp_path / "a.xlsx")] == ["SENSORY_SUPPORT.file.repeated_table"]


def test_a_cell_of_text_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        sheet(row(1, HEADER), row(2, ["=1+1", *ROW[1:]]), f'<row r="3">{text_cell("A3", "x")}</row>'),
    )
    con, result = _read(path)
    assert _rows(con, "caseload_id") == [("=1+1",), ("x",)]
    assert "formulas" not in _faults(result)
