"""The reader of the DfE release on small files: guarded opening, headers, broken lines, markers, the tribunal table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, readers
from sendjc_pipeline.submissions.readers import archive
from sendjc_pipeline.submissions.readers.ees_layout import layout
from sendjc_pipeline.submissions.readers.ees_zip import read
from sendjc_pipeline.warehouse.connection import connect

FEED = feeds.load("dfe_ehc_plans")
LABELS = ("country_name", "region_name")
DERBY = {
    "time_period": "2024", "time_identifier": "Calendar year", "geographic_level": "Local authority",
    "country_code": "E92000001", "country_name": "England", "region_code": "E12000004", "region_name": "East Midlands",
    "new_la_code": "E06000015", "old_la_code": "831", "la_name": "Derby", "breakdown_topic": "All", "breakdown": "All",
}  # fmt: skip
TRIBUNAL = [
    ["A title1", "", "", "", "", "", ""],
    ["Local Authority", "LA code", "2023", "", "2024", "", ""],
    ["", "", "Appeals registered4", "SEND Tribunal Appeal Rate2", "Appeals registered4", "SEND Tribunal Appeal Rate2",
     "In development: SEND Tribunal Appeal Rate2"],
    ["EAST MIDLANDS", "", "", "", "", "  ", "  "],
    ["Derby", "831", "1,073", "1.90%", " - ", "0.00%", "x"],
    ["Cumberland8", "942", " .. ", "..", "5", "0.50%", "1.00%"],
    ["Nottingham", "891", "48", "2.10%", "52", "2.50%", "3.60%"],
    ["England Total4,9", "", "15,615", "2.50%", "22,276", "3.20%", "6.10%"],
    ["Notes: ", "", "", "", "", "", ""],
    ["1. A note over\ntwo lines", "", "", "", "", "", ""],
]  # fmt: skip


def columns(stem: str) -> list[str]:
    body = layout("dfe_ehc_plans").files[stem]
    names = [name for name in DERBY if name in body.identity or name in LABELS]
    return [*names, *body.measures]


def text(header: Sequence[str], *lines: Mapping[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([line.get(name, "1") for name in header] for line in lines)
    return ("\ufeff" + out.getvalue()).encode()


def release(path: Path, replaced: Mapping[str, bytes | None] | None = None) -> Path:
    """A release with one row in each file; `replaced` gives other bytes to some, None leaves a file out."""
    files: dict[str, bytes | None] = {
        f"data/{stem}.csv": text(columns(stem), DERBY) for stem in layout("dfe_ehc_plans").files
    }
    files |= {"data-guidance/data-guidance.txt": b"words"} | dict(replaced or {})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            if content is not None:
                made.writestr(name, content)
    return path


@pytest.fixture
def con():
    con = connect()
    readers.prepare(con)
    yield con
    con.close()


def test_every_file_of_a_release_is_made_long(con, tmp_path: Path) -> None:
    assert read(con, FEED, "2025", [release(tmp_path / "release.zip")]).warnings == ()
    counted = dict(con.execute("select file, count(*) from raw_figure group by 1").fetchall())
    assert counted == {stem: len(body.measures) for stem, body in layout("dfe_ehc_plans").files.items()}
    row_ids = con.execute(
        "select count(distinct rowid), count(*), min(source_row), max(source_row) from raw_figure"
    ).fetchone()
    assert row_ids == (sum(counted.values()), sum(counted.values()), 2, 2)


def test_markers_stay_and_no_column_is_taken_for_another(con, tmp_path: Path) -> None:
    line = DERBY | {"plans_issued_den": "442", "plans_issued_den_ex": "x", "plans_issued_within_20_weeks": "z"}
    (tmp_path / "timeliness_20_week.csv").write_bytes(text(columns("timeliness_20_week"), line))
    read(con, FEED, "2025", [tmp_path / "timeliness_20_week.csv"])
    found = dict(con.execute("select measure, value_text from raw_figure").fetchall())
    assert found["plans_issued_den"] == "442"
    assert (found["plans_issued_den_ex"], found["plans_issued_within_20_weeks"]) == ("x", "z")
    assert con.execute("select distinct la_name, old_la_code, new_la_code from raw_figure").fetchall() == [
        ("Derby", "831", "E06000015")
    ]


def test_a_repeated_header_is_loaded_under_its_own_name_and_reported(con, tmp_path: Path) -> None:
    header = [*columns("annual_reviews"), "review_meeting_prior_24", "brand_new"]
    (tmp_path / "annual_reviews.csv").write_bytes(text(header, DERBY))
    result = read(con, FEED, "2025", [tmp_path / "annual_reviews.csv"])
    assert [w.rule for w in result.warnings] == [
        "DFE_EHC_PLANS.file.repeated_column",
        "DFE_EHC_PLANS.file.unknown_column",
    ]
    measures = {m for (m,) in con.execute("select measure from raw_figure").fetchall()}
    assert {"review_meeting_prior_24", "review_meeting_prior_24__2", "brand_new"} <= measures


def test_a_missing_column_refuses_the_file_and_every_fault_is_named(con, tmp_path: Path) -> None:
    short = [name for name in columns("requests") if name not in ("old_la_code", "requests_withdrawn")]
    other = [name for name in columns("caseload") if name != "ehcplans"]
    faulty = {"data/requests.csv": text(short, DERBY), "data/caseload.csv": text(other, DERBY)}
    with pytest.raises(readers.FileRejected) as refusal:
        read(con, FEED, "2025", [release(tmp_path / "release.zip", faulty)])
    faults = {fault.file: fault.message for fault in (refusal.value, *refusal.value.also)}
    assert refusal.value.rule == "DFE_EHC_PLANS.file.missing_column"
    assert "old_la_code" in faults["requests.csv"] and "requests_withdrawn" in faults["requests.csv"]
    assert "ehcplans" in faults["caseload.csv"]


def test_a_release_without_one_of_its_files_is_refused_and_the_file_named(con, tmp_path: Path) -> None:
    with pytest.raises(readers.FileRejected, match=r"newplans\.csv.*DFE_EHC_PLANS\.file\.missing_table"):
        read(con, FEED, "2025", [release(tmp_path / "release.zip", {"data/newplans.csv": None})])


def test_the_officers_file_may_be_lacking(con, tmp_path: Path) -> None:
    read(con, FEED, "2025", [release(tmp_path / "release.zip", {"data/sen2_dmo_dco.csv": None})])
    assert con.execute("select count(distinct file) from raw_figure").fetchone() == (12,)


def test_a_broken_line_is_rejected_alone_and_the_rows_keep_their_line_numbers(con, tmp_path: Path) -> None:
    whole = (
        text(columns("work_based_placements"), *[DERBY | {"open_wbp": str(n)} for n in range(2, 7)])
        .decode()
        .split("\n")
    )
    whole[2] = "2024,too,short"
    (tmp_path / "work_based_placements.csv").write_text("\n".join(whole))
    read(con, FEED, "2025", [tmp_path / "work_based_placements.csv"])
    assert con.execute("select source_row from raw_reject").fetchall() == [(3,)]
    lines = con.execute(
        "select source_row, value_text from raw_figure where measure = 'open_wbp' order by 1"
    ).fetchall()
    assert lines == [(2, "2"), (4, "4"), (5, "5"), (6, "6")]


@pytest.mark.parametrize("kept", [0, 40, 3000])
def test_an_empty_or_truncated_zip_is_refused(con, tmp_path: Path, kept: int) -> None:
    whole = release(tmp_path / "release.zip").read_bytes()
    assert len(whole) > 3000
    (tmp_path / "cut.zip").write_bytes(whole[:kept])
    with pytest.raises(readers.FileRejected, match=r"cut\.zip.*DFE_EHC_PLANS\.file\.(empty|unreadable)"):
        read(con, FEED, "2025", [tmp_path / "cut.zip"])


def test_a_zip_with_a_damaged_entry_is_refused(con, tmp_path: Path) -> None:
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("data/requests.csv", text(columns("requests"), DERBY))
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(readers.FileRejected, match=r"DFE_EHC_PLANS\.file\.unreadable"):
        read(con, FEED, "2025", [path])


@pytest.mark.parametrize("name", ["../requests.csv", "/data/requests.csv", "data\\..\\requests.csv"])
def test_a_name_that_points_outside_is_refused(con, tmp_path: Path, name: str) -> None:
    with pytest.raises(readers.FileRejected, match=r"outside.*unsafe_archive"):
        read(con, FEED, "2025", [release(tmp_path / "release.zip", {name: b"x"})])


def test_a_zip_bomb_is_refused_before_it_is_unpacked(con, tmp_path: Path) -> None:
    bomb = {"data/requests.csv": bytes(archive.RATIO_COUNTS_FROM * 4)}
    with pytest.raises(readers.FileRejected, match=r"swell.*unsafe_archive"):
        read(con, FEED, "2025", [release(tmp_path / "release.zip", bomb)])


def test_too_many_entries_are_refused(con, tmp_path: Path) -> None:
    many = {f"more/{n}.csv": b"" for n in range(archive.MAX_ENTRIES)}
    with pytest.raises(readers.FileRejected, match=r"more than 200 files.*unsafe_archive"):
        read(con, FEED, "2025", [release(tmp_path / "release.zip", many)])


def test_a_file_of_another_feed_is_refused(con, tmp_path: Path) -> None:
    (tmp_path / "CYP101Referral.csv").write_text("ServiceRequestId\n1\n")
    with pytest.raises(readers.FileRejected, match=r"DFE_EHC_PLANS\.file\.wrong_feed"):
        read(con, FEED, "2025", [tmp_path / "CYP101Referral.csv"])


def test_a_file_that_is_not_utf_8_is_refused(con, tmp_path: Path) -> None:
    (tmp_path / "requests.csv").write_bytes(
        text(columns("requests"), DERBY | {"la_name": "Derby£"}).decode("utf-8-sig").encode("cp1252")
    )
    with pytest.raises(readers.FileRejected, match=r"requests\.csv.*DFE_EHC_PLANS\.file\.encoding"):
        read(con, FEED, "2025", [tmp_path / "requests.csv"])


@pytest.fixture
def tribunal(tmp_path: Path) -> Path:
    path = tmp_path / "SEND Tribunals and appeal rate 2023-2024.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as sheet:
        csv.writer(sheet).writerows(TRIBUNAL)
    return path


def test_the_tribunal_table_is_made_long_without_headings_notes_and_marks(con, tribunal: Path) -> None:
    read(con, FEED, "2025", [tribunal])
    names = con.execute("select distinct la_name, geographic_level, source_row from raw_tribunal order by 3").fetchall()
    authorities = [(name, "Local authority", row) for name, row in (("Derby", 5), ("Cumberland", 6), ("Nottingham", 7))]
    assert names == [*authorities, ("England Total", "National", 8)]
    derby = con.execute("select year, measure, value_text from raw_tribunal where la_name = 'Derby'").fetchall()
    assert derby == [
        ("2023", "appeals_registered", "1,073"),
        ("2023", "send_tribunal_appeal_rate", "1.90%"),
        ("2024", "appeals_registered", "-"),
        ("2024", "send_tribunal_appeal_rate", "0.00%"),
        ("2024", "in_development_send_tribunal_appeal_rate", "x"),
    ]


def test_a_code_of_another_authority_is_named_and_its_rows_quarantined(tribunal: Path, tmp_path: Path) -> None:
    receipt = intake.check("dfe_ehc_plans", None, [tribunal], Settings(home=tmp_path / "home", environment="test"))
    counts = receipt.tables["tribunal"]
    assert (counts.received, counts.accepted, counts.quarantined) == (20, 15, 5)
    assert any("Nottingham is given the code 891; its code is 892" in line for line in receipt.file_messages)


def test_a_repeated_line_is_quarantined_with_the_rule_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "requests.csv").write_bytes(text(columns("requests"), DERBY, DERBY, DERBY | {"time_period": "2023"}))
    receipt = intake.check(
        "dfe_ehc_plans", None, [tmp_path / "requests.csv"], Settings(home=tmp_path / "home", environment="test")
    )
    cells = len(layout("dfe_ehc_plans").files["requests"].measures)
    counts = receipt.tables["figure"]
    assert (counts.received, counts.accepted, counts.quarantined) == (3 * cells, cells, 2 * cells)
    assert [total.rule for total in receipt.messages_total] == ["DFE_EHC_PLANS.figure.key.duplicate"]
