"""The pre-submission workbook of a SEN2 return: eight sheets without identifiers below the request, or nine as in COLLECT's export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from intake_samples import BLADE, PERIOD

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import Settings, load
from sendjc_pipeline.submissions import readers
from sendjc_pipeline.submissions.process import process
from sendjc_pipeline.submissions.readers.sen2 import read
from sendjc_pipeline.warehouse.connection import connect

FEED = feeds.load("sen2")
SHEETS = {
    "person": "Person", "requests": "Requests", "assessment": "Assessments", "namedplan": "Named Plan", "plandetail": "Plan Detail",
    "activeplans": "Active Plan", "placementdetail": "Placement Detail", "senneed": "SEN Need",
}  # fmt: skip
Sheets = dict[str, list[list[object]]]


def value(text: str) -> object:
    """A cell as Excel would hold it: numbers as numbers, dates as dates."""
    if text.endswith(" 00:00:00"):
        return datetime.strptime(text, "%Y-%b-%d %H:%M:%S")  # noqa: DTZ007  Excel knows no time zones
    return float(text) if text.isdecimal() else text or None


def as_exported() -> Sheets:
    """The sound child of BLADE in nine sheets with all identifiers."""
    return {
        name: [list(header.split(",")), *([value(cell) for cell in row.split(",")] for row in rows)]
        for name, (header, rows) in BLADE.items()
    }


def pre_submission() -> Sheets:
    """The same as suppliers' workbooks have it: no module 0, no identifiers below the request, and their misprint."""
    sheets = as_exported()
    del sheets["sen2"]
    made = {"sen2tableid", "NativeId", *(f"{table}tableid" for table in sheets)}
    for name, rows in sheets.items():
        header = [str(cell) for cell in rows[0]]
        dropped = made - {"persontableid", "requeststableid"}
        keep = [place for place, cell in enumerate(header) if cell not in dropped]
        is_linked = name not in ("person", "requests", "assessment", "activeplans")
        names = [header[place].replace("requestsource", "rquestsource") for place in keep]
        sheets[name] = [
            [*(["persontableid", "requeststableid"] if is_linked else []), *names],
            *([*([10.0, 20.0] if is_linked else []), *(row[place] for place in keep)] for row in rows[1:]),
        ]
    return sheets


def book(path: Path, sheets: Sheets, names: dict[str, str] | None = None) -> Path:
    written = openpyxl.Workbook()
    written.remove(written.active)
    for table, rows in sheets.items():
        page = written.create_sheet((names or SHEETS).get(table, table))
        for row in rows:
            page.append(row)
    written.save(path)
    return path


@pytest.fixture
def con():
    con = connect()
    readers.prepare(con)
    yield con
    con.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir()
    found = load(tmp_path / "home")
    found.temp.mkdir(parents=True, exist_ok=True)
    return found


def links(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    parent = FEED.tables[table].parent
    above = f", {parent.column}" if parent else ""
    return con.execute(f"select {table}tableid{above} from raw_{table} order by source_row").fetchall()


def test_missing_identifiers_are_made_from_the_request(con, tmp_path: Path) -> None:
    result = read(con, FEED, "2025", [book(tmp_path / "return.xlsx", pre_submission())])
    assert {name: links(con, name) for name in FEED.tables} == {
        "sen2": [("1",)],
        "person": [("10", "1")],
        "requests": [("20", "10")],
        "assessment": [("20", "20")],
        "namedplan": [("20", "20")],
        "plandetail": [("20", "20")],
        "activeplans": [("20", "20")],
        "placementdetail": [("20", "20")],
        "senneed": [("20", "20"), ("20.2", "20")],
    }
    assert {warning.rule for warning in result.warnings} == {"SEN2.file.no_module_0", "SEN2.file.other_name"}


def test_cells_are_the_text_of_the_export_with_sheet_row_and_column(con, tmp_path: Path) -> None:
    read(con, FEED, "2025", [book(tmp_path / "return.xlsx", pre_submission())])
    found = con.execute(
        "select receiveddate, requestsource, rya, source_file, source_sheet, source_row from raw_requests"
    ).fetchone()
    assert found == ("2024-09-02", "1", "0", "return.xlsx", "Requests", 2)
    place = con.execute(
        "select source_sheet, position from raw_header where table_name = 'namedplan' and column_name = 'startdate'"
    ).fetchone()
    assert place == ("Named Plan", 3)


@pytest.mark.parametrize("sheets", [as_exported(), pre_submission()], ids=["exported", "pre_submission"])
def test_the_sound_child_passes_every_rule(settings: Settings, tmp_path: Path, sheets: Sheets) -> None:
    names = {"sen2": "Header", **SHEETS} if "sen2" in sheets else None
    path = book(tmp_path / "return.xlsx", sheets, names)
    (tmp_path / "out").mkdir()
    receipt = process(settings, FEED, "2025", [path], PERIOD, tmp_path / "out")
    assert receipt.status == "accepted"
    assert all(count.quarantined == 0 for count in receipt.tables.values())
    told = {total.rule for total in receipt.messages_total}
    made = {"SEN2.file.no_module_0", "SEN2.file.other_name", "SEN2.sen2.no_officer_item"}
    assert told == (set() if "sen2" in sheets else made)


def test_two_rows_of_one_request_keep_numbers_of_their_own(con, tmp_path: Path) -> None:
    sheets = pre_submission()
    sheets["placementdetail"].append(list(sheets["placementdetail"][1]))
    lost = list(sheets["placementdetail"][1])
    lost[1] = None
    sheets["placementdetail"].append(lost)
    read(con, FEED, "2025", [book(tmp_path / "return.xlsx", sheets)])
    assert links(con, "placementdetail") == [("20", "20"), ("20.2", "20"), ("row 4", None)]


def refused(con: duckdb.DuckDBPyConnection, *files: Path) -> tuple[str, str]:
    with pytest.raises(readers.FileRejected) as caught:
        read(con, FEED, "2025", list(files))
    return caught.value.rule.removeprefix("SEN2.file."), str(caught.value)


def test_the_dfe_template_is_refused_by_its_shape(con, tmp_path: Path) -> None:
    path = book(tmp_path / "template.xlsx", {"Data Entry Template": [["Person ID", "Surname"]]})
    rule, told = refused(con, path)
    assert rule == "template"
    assert "stand one below another in one sheet" in told


def test_a_workbook_that_is_not_whole_or_not_linked_is_refused(con, tmp_path: Path) -> None:
    sheets = pre_submission()
    del sheets["senneed"]
    assert refused(con, book(tmp_path / "a.xlsx", sheets))[0] == "missing_table"
    sheets = pre_submission()
    sheets["senneed"] = [list(row[2:]) for row in sheets["senneed"]]
    rule, told = refused(con, book(tmp_path / "b.xlsx", sheets))
    assert rule == "missing_column"
    assert "no column activeplanstableid" in told
    sheets = pre_submission()
    sheets["namedplan"][0].append("namedplantableid")
    sheets["namedplan"][1].append("N1")
    assert refused(con, book(tmp_path / "c.xlsx", sheets))[0] == "missing_column"
    sheets = pre_submission()
    twice = book(tmp_path / "d.xlsx", {**sheets, "persons": sheets["person"]}, {**SHEETS, "persons": "Persons"})
    assert refused(con, twice)[0] == "repeated_table"


def test_a_workbook_beside_other_files_is_refused(con, tmp_path: Path) -> None:
    path = book(tmp_path / "return.xlsx", pre_submission())
    (tmp_path / "person.csv").write_text("persontableid\n")
    assert refused(con, path, tmp_path / "person.csv")[0] == "mixed_shapes"
    assert refused(con, path, book(tmp_path / "again.xlsx", pre_submission()))[0] == "mixed_shapes"


def test_what_is_no_workbook_is_refused(con, tmp_path: Path) -> None:
    (tmp_path / "return.xlsx").write_bytes(b"not a workbook")
    assert refused(con, tmp_path / "return.xlsx")[0] == "unreadable"


def test_a_sheet_of_another_kind_is_told_and_passed_over(con, tmp_path: Path) -> None:
    path = book(tmp_path / "return.xlsx", {**pre_submission(), "Summary": [["a"]]})
    result = read(con, FEED, "2025", [path])
    assert "sheet Summary is not a module of the return and was not read" in {w.message for w in result.warnings}
