"""The SitRep reader on small workbooks of the layouts that NHS England has used, and on files that it must refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import openpyxl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.submissions import readers
from sendjc_pipeline.submissions.readers.sitrep import normal_service, read
from sendjc_pipeline.warehouse.connection import connect

FEED = feeds.load("chs_sitrep")
TITLES = {
    "Table 4": "Total waiting list by service",
    "Table 4a": "Number waiting 0-1 weeks (0-7 days) by service",
    "Table 4b": "Number waiting >1-2 weeks (8-14 days) by service",
    "Table 4c": "Number waiting >2-4 weeks (15-28 days) by service",
    "Table 4d": "Number waiting >4-12 weeks (29-84 days) by service",
    "Table 4e": "Number waiting >12-18 weeks (85-126 days) by service",
    "Table 4f": "Number waiting >18-52 weeks (127-364 days) by service",
    "Table 4g": "Number waiting over 52 weeks (over 365 days) by service",
}
SERVICES = ["(A) Audiology", "(CYP) Therapy interventions: speech and language"]
LATE = (
    ["Organisation Type", "Organisation Code", "Organisation Name"],
    [["National", None, "England", 20, 7], ["Provider", "RHA", "NOTTINGHAMSHIRE HEALTHCARE", None, "*"]],
)
# January 2023: blank headers, the type merged down beside the first of its block, England above them all without one.
EARLY = (
    [None, None, None],
    [
        [None, None, "England", 20, 7],
        [None, "Region", "London", 3, 1],
        [None, None, "Midlands", 2, 1],
        [None, "Organisation", "Nottinghamshire Healthcare", None, "*"],
        [None, None, "Your Healthcare", 1, None],
    ],
)
JUNE = (["level", "name"], [["National", "England", 20, 7], ["ICB", "Derby and Derbyshire", None, "*"]])


def workbook(
    path: Path,
    layout: tuple[Sequence[object], Sequence[Sequence[object]]],
    month: str = "August 2023",
    titles: Mapping[str, str] = TITLES,
    notes: int = 3,
) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Cover page"
    labels, rows = layout
    for sheet, title in titles.items():
        page = book.create_sheet(sheet)
        page.append([None, f"{title}, {month}"] if labels[0] is None else [f"{title}, {month}"])
        for _ in range(notes):
            page.append(["A note."])
        page.append([*labels, *SERVICES])
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


@pytest.fixture
def con():
    con = connect()
    readers.prepare(con)
    yield con
    con.close()


def rows(con: duckdb.DuckDBPyConnection, band: str = "total") -> list[tuple[object, ...]]:
    return con.execute(
        "select org_type, org_code, org_name, age_group, value_text, source_row from raw_waiting where band = ?", [band]
    ).fetchall()


def test_late_layout_keeps_star_and_blank_apart(con, tmp_path: Path) -> None:
    result = read(con, FEED, "2023", [workbook(tmp_path / "community_health_2023-10-01.xlsx", LATE)])
    assert result.stated_period == "2023-08"
    assert rows(con) == [
        ("National", None, "England", "A", "20", 6),
        ("National", None, "England", "CYP", "7", 6),
        ("Provider", "RHA", "NOTTINGHAMSHIRE HEALTHCARE", "A", "", 7),
        ("Provider", "RHA", "NOTTINGHAMSHIRE HEALTHCARE", "CYP", "*", 7),
    ]


def test_early_layout_reads_the_type_down_the_merged_cells(con, tmp_path: Path) -> None:
    read(con, FEED, "2023", [workbook(tmp_path / "early.xlsx", EARLY, "January 2023", notes=4)])
    assert [row[0] for row in rows(con)[::2]] == ["National", "Region", "Region", "Provider", "Provider"]
    assert {row[1] for row in rows(con)} == {None}
    assert rows(con)[0][-1] == 7


def test_headers_named_level_and_name_are_understood(con, tmp_path: Path) -> None:
    read(con, FEED, "2023", [workbook(tmp_path / "june.xlsx", JUNE, "June 2023")])
    assert [row[:3] for row in rows(con)[::2]] == [("National", None, "England"), ("ICB", None, "Derby and Derbyshire")]


def test_every_cell_is_a_row_and_the_month_is_the_title_s(con, tmp_path: Path) -> None:
    read(con, FEED, "2023", [workbook(tmp_path / "community_health_2030-01-01.xlsx", LATE)])
    found = con.execute(
        "select count(*), count(distinct band), min(data_month), max(data_month_start) from raw_waiting"
    ).fetchone()
    assert found == (2 * 2 * 8, 8, "2023-08", "2023-08-01")


def test_two_months_at_once_state_no_period(con, tmp_path: Path) -> None:
    files = [workbook(tmp_path / "a.xlsx", LATE), workbook(tmp_path / "b.xlsx", EARLY, "January 2023")]
    assert read(con, FEED, "2023", files).stated_period is None
    assert con.execute("select count(distinct data_month) from raw_waiting").fetchone() == (2,)


@pytest.mark.parametrize(
    ("sent", "normal"),
    [
        ("Therapy interventions: speech and language", "Therapy interventions: Speech and language"),
        ("Nursing and Therapy support for LTCs: MND", "Nursing and Therapy support for LTCs: MND"),
        ("Audiology ", "Audiology"),
    ],
)
def test_service_lines_have_one_capitalisation(sent: str, normal: str) -> None:
    assert normal_service(sent) == normal


def test_a_missing_band_refuses_the_workbook_and_names_it(con, tmp_path: Path) -> None:
    titles = {sheet: title for sheet, title in TITLES.items() if sheet != "Table 4f"}
    with pytest.raises(readers.FileRejected, match=r"127-364.*CHS_SITREP\.file\.missing_table"):
        read(con, FEED, "2023", [workbook(tmp_path / "short.xlsx", LATE, titles=titles)])


def test_a_workbook_without_such_tables_is_the_wrong_feed(con, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(readers.FileRejected, match=r"CHS_SITREP\.file\.wrong_feed"):
        read(con, FEED, "2023", [tmp_path / "other.xlsx"])


def test_a_workbook_without_organisation_types_is_refused(con, tmp_path: Path) -> None:
    layout = (["Organisation Name"], [["England", 20, 7]])
    with pytest.raises(readers.FileRejected, match=r"org_type.*CHS_SITREP\.file\.missing_column"):
        read(con, FEED, "2023", [workbook(tmp_path / "untyped.xlsx", layout)])


@pytest.mark.parametrize("kept", [0, 300])
def test_an_empty_or_truncated_workbook_is_refused(con, tmp_path: Path, kept: int) -> None:
    whole = workbook(tmp_path / "whole.xlsx", LATE).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[:kept])
    with pytest.raises(readers.FileRejected, match=r"CHS_SITREP\.file\.(empty|unreadable)"):
        read(con, FEED, "2023", [tmp_path / "cut.xlsx"])


# --- The long form ------------------------------------------------------------------------------------------------------

LONG = "Period,Month,OrgRef,OrgName,Region_Name,STP_Code,STP_Name,Service,ServiceType,MetricID,MetricDescription,TextResponses,MetricValue"
SLT = "RHA,NOTTINGHAMSHIRE HEALTHCARE,Midlands,QT1,Notts,Therapy interventions: speech and language,Children and Young People"


def long_file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([LONG, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_long_form_fills_the_same_table(con, tmp_path: Path) -> None:
    file = long_file(
        tmp_path / "sitrep.csv",
        f"2024-25,2025-01-01,{SLT},RES001c,Total waiting list,,1632.0",
        f"2024-25,2025-01-01,{SLT},RES002cii,Mean wait,,22.4",
        f"2024-25,2025-01-01,{SLT},RES001cvi,Waiting >18-52 weeks,a note,413",
        "2024-25,2025-01-01,RTD,NEWCASTLE HOSPITALS,,QHM,,(A)  Audiology ,,RES001ci,Waiting 0-1 weeks,,",
    )
    result = read(con, FEED, "long", [file])
    assert result.stated_period == "2025-01"
    assert {w.message for w in result.warnings} == {"1 rows of other metrics were passed over"}
    service = "Therapy interventions: Speech and language"
    assert con.execute("select * exclude (org_name, source_file, source_sheet) from raw_waiting").fetchall() == [
        ("2025-01", "2025-01-01", "Provider", "RHA", "CYP", service, "total", "1632", 2),
        ("2025-01", "2025-01-01", "Provider", "RHA", "CYP", service, "127-364", "413", 4),
        ("2025-01", "2025-01-01", "Provider", "RTD", "A", "Audiology", "0-7", None, 5),
    ]
    places = dict(con.execute("select column_name, position from raw_header where table_name = 'waiting'").fetchall())
    assert (places["value_text"], places["data_month"], places["band"], places["org_code"]) == (13, 2, 10, 3)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("01/03/2025", ("2025-03", "2025-03-01")),
        ("2025-03-01 00:00:00", ("2025-03", "2025-03-01")),
        ("March 2025", ("2025-03", "2025-03-01")),
        ("Mar-25", ("2025-03", "2025-03-01")),
        ("last month", ("last month", "last month")),
    ],
)
def test_months_are_read_as_warehouses_write_them(con, tmp_path: Path, month: str, expected: tuple[str, str]) -> None:
    read(con, FEED, "long", [long_file(tmp_path / "a.csv", f"x,{month},{SLT},RES001c,Total,,1")])
    assert con.execute("select data_month, data_month_start from raw_waiting").fetchall() == [expected]


def test_the_last_band_is_split_where_its_description_says_so(con, tmp_path: Path) -> None:
    whole, split = (f"x,2025-03-01,{SLT},RES001cvii,Waiting {weeks} weeks,,3" for weeks in (">52", ">52-104"))
    beyond = f"x,2025-03-01,{SLT},RES001cviii,Waiting >104 weeks,,1"
    read(con, FEED, "long", [long_file(tmp_path / "a.csv", whole)])
    assert con.execute("select band from raw_waiting").fetchall() == [("365+",)]
    readers.prepare(con)
    read(con, FEED, "long", [long_file(tmp_path / "b.csv", split, beyond)])
    assert con.execute("select band from raw_waiting").fetchall() == [("365-728",), ("729+",)]


def test_a_ragged_line_is_kept_aside_under_the_table_s_name(con, tmp_path: Path) -> None:
    read(con, FEED, "long", [long_file(tmp_path / "a.csv", "x,2025-03-01", f"x,2025-03-01,{SLT},RES001c,Total,,1")])
    assert con.execute("select table_name, source_row from raw_reject").fetchall() == [("waiting", 2)]


def test_a_csv_without_the_columns_and_both_forms_at_once_are_refused(con, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("Month,OrgRef\n")
    with pytest.raises(readers.FileRejected, match=r"MetricID.*CHS_SITREP\.file\.missing_column"):
        read(con, FEED, "long", [tmp_path / "other.csv"])
    both = [long_file(tmp_path / "a.csv"), workbook(tmp_path / "b.xlsx", LATE)]
    with pytest.raises(readers.FileRejected, match=r"CHS_SITREP\.file\.mixed_shapes"):
        read(con, FEED, "2023", both)
