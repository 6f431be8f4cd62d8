"""Delimited files: every line is a row, a reject or a blank, under the number that Excel gives it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from intake_samples import BLADE, CSDS, DEMOGRAPHICS, write_files  # isort: skip

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions import readers
from sendjc_pipeline.submissions.bundle import open_bundles
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult, plain
from sendjc_pipeline.warehouse.connection import connect

DEMO = feeds.load("demographics")
HEADER, SOUND = DEMOGRAPHICS["demographics_for_linkage"]


def read(feed: Feed, files: Sequence[Path], spec: str | None = None) -> tuple[duckdb.DuckDBPyConnection, ReadResult]:
    con = connect()
    readers.prepare(con)
    result = readers.get(feed.reader)(con, feed, spec or feed.default_spec, files)
    return con, result


def demographics(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "demographics_for_linkage.csv"
    path.write_bytes(content)
    return path


def refusal(feed: Feed, files: Sequence[Path], spec: str | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(feed, files, spec)
    assert "\n" not in str(caught.value)
    return caught.value


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute(
        f"select {readers.source_row('raw_demographics')}, localpatientid, surname from raw_demographics"
    ).fetchall()


def rejects(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select source_row, why from raw_reject order by 1").fetchall()


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_marks_and_line_ends(tmp_path: Path, bom: bytes, line_end: bytes, last: bool) -> None:
    lines = [HEADER.encode(), b"P1,,Zo\xc3\xab,Ada,2015-05-04,F,,", b"P2,,Lee,Bo,2015-05-04,M,,"]
    con, result = read(DEMO, [demographics(tmp_path, bom + line_end.join(lines) + (line_end if last else b""))])
    assert rows(con) == [(2, "P1", "Zoë"), (3, "P2", "Lee")]
    assert rejects(con) == []
    assert result.warnings == ()


def test_ragged_blank_and_malformed_lines_keep_their_true_rows(tmp_path: Path) -> None:
    content = "\n".join([
        HEADER, "P1,,A,,2015-05-04,F,,", "", "P2,,A,,2015-05-04", "P3,,A,,2015-05-04,F,,,9", ",,,,,,,",
        'P4,,"A ""x"", B",,2015-05-04,F,,', 'P5,,"A,,2015-05-04,F,,', 'P6,,O"Neil,,2015-05-04,F,,', "P7,,A,,2015-05-04,F,,",
    ])  # fmt: skip
    con, result = read(DEMO, [demographics(tmp_path, content.encode())])
    assert rows(con) == [(2, "P1", "A"), (7, "P4", 'A "x", B'), (10, "P7", "A")]
    assert [row for row, _ in rejects(con)] == [4, 5, 8, 9]
    assert rejects(con)[0][1] == "the line has 5 cells and the header 8"
    assert [w.message for w in result.warnings] == ["2 blank lines were passed over"]


def test_a_line_break_inside_a_cell_is_one_row_as_in_excel(tmp_path: Path) -> None:
    content = (
        HEADER
        + '\nP1,,"A\nB",,2015-05-04,F,,\nP2,,A,,2015-05-04,F,,\nP3,,"A\n\nB","C\nD",2015-05-04,F,,\nP4,,A,,2015-05-04,F,,\nP5,,A\n'
    )
    con, _ = read(DEMO, [demographics(tmp_path, content.encode())])
    assert rows(con) == [(2, "P1", "A\nB"), (3, "P2", "A"), (4, "P3", "A\n\nB"), (5, "P4", "A")]
    assert [row for row, _ in rejects(con)] == [6]


@pytest.mark.parametrize("line", ['P9,,"A,,2015-05-04,F,,', 'P9,,A",,2015-05-04,F,,'])
@pytest.mark.parametrize("place", [0, 5, 9])
def test_a_stray_quote_spoils_one_line_only(tmp_path: Path, line: str, place: int) -> None:
    lines = [f"P{n},,A,,2015-05-04,F,," for n in range(10)]
    lines[place] = line
    con, _ = read(DEMO, [demographics(tmp_path, "\n".join([HEADER, *lines]).encode())])
    assert len(rows(con)) == 9
    assert [row for row, _ in rejects(con)] == [place + 2]


CELL = st.text(st.sampled_from('ab ,"\n'), max_size=6)


@hypothesis_settings(max_examples=80, deadline=None)
@given(
    cells=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_standard_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], quoting: int
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow(HEADER.split(","))
    for number, (first, second) in enumerate(cells):
        writer.writerow([f"P{number}", "", first, second, "2015-05-04", "F", "", ""])
    folder = tmp_path_factory.mktemp("csv")
    con, _ = read(DEMO, [demographics(folder, buffer.getvalue().encode())])
    found = con.execute(
        f"select {readers.source_row('raw_demographics')}, surname, forename from raw_demographics"
    ).fetchall()
    assert rejects(con) == []
    assert found == [(n + 2, first, second) for n, (first, second) in enumerate(cells)]


def test_headers_match_in_any_case_and_order_and_surplus_columns_are_told(tmp_path: Path) -> None:
    content = "surname,LOCALPATIENTID,DateOfBirth,Okafor,Forname,\nLee,P1,2015-05-04,red,1,\n"
    con, result = read(DEMO, [demographics(tmp_path, content.encode())])
    assert rows(con) == [(2, "P1", "Lee")]
    assert con.execute("select nhsnumber, sex from raw_demographics").fetchall() == [(None, None)]
    assert con.execute("select position from raw_header where column_name = 'localpatientid'").fetchone() == (2,)
    told = [w.message for w in result.warnings]
    assert told == [
        "column D is not part of table demographics and was not read",
        "column E is not part of table demographics and was not read; it resembles Forename",
        "a column has no name and was not read",
    ]


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (b"", "empty", "0 bytes"),
        (b" \n", "empty", "0 bytes"),
        (b"PK\x03\x04rest", "unreadable", "Excel workbook"),
        (b"\xff\xfe", "empty", "0 bytes"),
        ("x,y\n".encode("utf-32"), "unreadable", "UTF-32"),
        ("x,y\n".encode("utf-16") + b"z", "encoding", "begins as UTF-16"),
        (b"sep=;\n" + HEADER.encode() + b"\n", "delimiter", "sep="),
        (HEADER.replace(",", ";").encode() + b"\n", "delimiter", "separated by semicolons"),
        (HEADER.replace(",", "\t").encode() + b"\n", "delimiter", "separated by tabs"),
        (HEADER.encode() + b"\n" + b"a\n" * 100_001, "unreadable", "too short for a row"),
        (b"LocalPatientID,Surname\n", "missing_column", "DateOfBirth"),
        (HEADER.replace("Surname", "NHSNumber").encode() + b"\n", "duplicate_column", "NHSNumber in columns B and C"),
        (
            HEADER.encode() + b"\nP1,,A,,2015-05-04,F,,\nP2,,Zo\x81,,2015-05-04,F,,\n",
            "encoding",
            "line 3 is not in UTF-8",
        ),
        (
            HEADER.encode() + b"\nP1,,Zo\xc3\xab,,2015-05-04,F,,\nP2,,Zo\xeb,,2015-05-04,F,,\n",
            "encoding",
            "line 3 is not in UTF-8 and other text is",
        ),
        (HEADER.encode() + b"\nP1,,\x00,,2015-05-04,F,,\n", "unreadable", "NUL"),
        (HEADER.encode() + b"\rP1,,A,,2015-05-04,F,,\r", "unreadable", "carriage return"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, rule: str, message: str) -> None:
    found = refusal(DEMO, [demographics(tmp_path, content)])
    assert found.rule == f"DEMOGRAPHICS.file.{rule}"
    assert message in found.message
    assert found.remedy


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_read_and_a_code_page_is_told(tmp_path: Path, encoding: str) -> None:
    content = f"{HEADER}\nP1,,Lee,Bo,2015-05-04,M,,\nP2,,Zoë,Ada,2015-05-04,F,,\n".encode(encoding)
    con, result = read(DEMO, [demographics(tmp_path, content)])
    assert rows(con) == [(2, "P1", "Lee"), (3, "P2", "Zoë")]
    told = [(w.rule, "line 3" in w.message) for w in result.warnings]
    assert told == ([("DEMOGRAPHICS.file.encoding_cp1252", True)] if encoding == "cp1252" else [])


PIECE = st.sampled_from(["a", "", " ", " a", "a ", "é", "\u00a0", '"', '""', "a,b", "1", "\t", "#", "'", "\\", "NULL"])
LINE = st.one_of(
    st.lists(PIECE, min_size=8, max_size=8),
    st.lists(PIECE.map(lambda text: f'"{text}"'), min_size=8, max_size=8),
    st.lists(st.sampled_from(["a", '"b"', "", '""', '"c,d"', "é x"]), min_size=8, max_size=8),
    st.lists(PIECE, max_size=10),
).map(",".join)


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    lines=st.lists(LINE, max_size=6), line_end=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), bom=st.booleans()
)
def test_the_short_way_gives_what_the_rule_gives(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], line_end: str, last: bool, bom: bool
) -> None:
    text = line_end.join([HEADER, *lines]) + (line_end if last else "")
    path = demographics(tmp_path_factory.mktemp("csv"), (b"\xef\xbb\xbf" if bom else b"") + text.encode())
    cells = ", ".join(f'"{column.key}"' for column in DEMO.tables["demographics"].columns)
    query = f"select {readers.source_row('raw_demographics')}, {cells}, source_file::varchar from raw_demographics"
    short, result = read(DEMO, [path])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain, "look", lambda *_: None)
        by_rule, expected = read(DEMO, [path])
    assert short.execute(query).fetchall() == by_rule.execute(query).fetchall()
    assert rejects(short) == rejects(by_rule)
    assert result == expected
    if short.execute("select count(*) from raw_trimmed where table_name = 'demographics'").fetchone() == (1,):
        blank = "regexp_matches(x, '^[\\s\\x{A0}]|[\\s\\x{A0}]$')"
        found = short.execute(
            f"select count(*) from (select unnest([{cells}]) as x from raw_demographics) where {blank}"
        )
        assert found.fetchone() == (0,)


@pytest.mark.parametrize("body", ["P1,,A,,2015-05-04,F,,", '"P1","","A, B","","2015-05-04","F","",""', "é,,A,,,,,"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_plain_files_do_take_the_short_way(tmp_path: Path, body: str, line_end: str) -> None:
    path = demographics(tmp_path, line_end.join([HEADER, body, body]).encode())
    con, _ = read(DEMO, [path])
    assert con.execute("select count(*) from raw_demographics where source_row is null").fetchone() == (2,)


def test_a_cell_too_many_does_not_make_up_for_one_too_few(tmp_path: Path) -> None:
    lines = [HEADER, "P1,,A,,2015-05-04,F,,,", "P2,,A,,2015-05-04,F,", "P3,,A,,2015-05-04,F,,"]
    con, _ = read(DEMO, [demographics(tmp_path, "\n".join(lines).encode())])
    assert con.execute("select source_row, localpatientid from raw_demographics").fetchall() == [(4, "P3")]
    assert con.execute("select source_row from raw_reject order by 1").fetchall() == [(2,), (3,)]


def test_a_short_way_that_fails_leaves_the_file_to_the_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = demographics(tmp_path, f"{HEADER}\nP1,,A,,2015-05-04,F,,\n".encode())
    monkeypatch.setattr(plain, "look", lambda *_: plain.Plain(7, True, False, b"\n"))
    con, _ = read(DEMO, [path])
    assert con.execute("select source_row, localpatientid from raw_demographics").fetchall() == [(2, "P1")]
    assert con.execute("select count(*) from raw_trimmed where table_name = 'demographics'").fetchone() == (0,)


def test_half_a_million_lines_with_lone_quote_marks_are_read(tmp_path: Path) -> None:
    content = f"{HEADER}\n" + 'P1,,"A\nB",C,2015-05-04,F,,\n' * 200_000
    con, _ = read(DEMO, [demographics(tmp_path, content.encode())])
    assert con.execute("select count(*) from raw_demographics").fetchone() == (200_000,)


def test_a_header_without_rows_is_not_an_empty_file(tmp_path: Path) -> None:
    con, result = read(DEMO, [demographics(tmp_path, HEADER.encode())])
    assert rows(con) == []
    assert [w.rule for w in result.warnings] == ["DEMOGRAPHICS.file.no_rows"]


def test_a_file_in_the_wrong_feed_is_told_where_it_belongs(tmp_path: Path) -> None:
    files = write_files(tmp_path / "csds", CSDS)
    mpi = next(path for path in files if "MPI" in path.name)
    assert refusal(DEMO, [mpi]).message == "this looks like feed csds table cyp001mpi"
    renamed = demographics(tmp_path, mpi.read_bytes())
    assert refusal(DEMO, [renamed]).rule == "DEMOGRAPHICS.file.wrong_feed"
    sen2 = feeds.load("sen2")
    swapped = write_files(
        tmp_path / "swap", BLADE, headers={"person": BLADE["requests"][0]}, rows={"person": BLADE["requests"][1]}
    )
    assert refusal(sen2, swapped).message == "this looks like feed sen2 table requests"


def test_a_header_spelt_in_words_is_read_and_two_never_become_one(tmp_path: Path) -> None:
    header = HEADER.replace("LocalPatientID", "Local Patient-ID").replace("DateOfBirth", "date_of_birth")
    con, result = read(DEMO, [demographics(tmp_path, f"{header}\n{SOUND[0]}\n".encode())])
    assert rows(con) == [(2, "P1", "Okafor")]
    assert [w.rule for w in result.warnings] == ["DEMOGRAPHICS.file.header_spelling"] * 2
    assert "LocalPatientID" in result.warnings[0].message and "column A" in result.warnings[0].message
    twice = HEADER.replace("Surname", "Sur_name").replace("Forename", "Sur name")
    con, result = read(DEMO, [demographics(tmp_path, f"{twice}\n{SOUND[0]}\n".encode())])
    assert rows(con) == [(2, "P1", None)]
    assert [w.message[:8] for w in result.warnings] == ["column C", "column D"]
    beside = HEADER.replace("Forename", "Sur-name")
    con, result = read(DEMO, [demographics(tmp_path, f"{beside}\n{SOUND[0]}\n".encode())])
    assert rows(con) == [(2, "P1", "Okafor")]
    assert [w.rule for w in result.warnings] == ["DEMOGRAPHICS.file.unknown_column"]
    required = HEADER.replace("LocalPatientID", "Local Patient ID,LocalPatient_ID")
    found = refusal(DEMO, [demographics(tmp_path, f"{required}\n".encode())])
    assert found.rule == "DEMOGRAPHICS.file.missing_column"


def test_a_missing_column_is_looked_for_and_no_unknown_name_is_repeated(tmp_path: Path) -> None:
    found = refusal(DEMO, [demographics(tmp_path, b"LocalPatientID,Okafor,DateBirth\n")])
    assert "lacks the required column DateOfBirth" in found.message
    assert found.message.endswith("; column C resembles DateOfBirth")
    assert "Okafor" not in str(refusal(DEMO, [demographics(tmp_path, HEADER.encode() + b",Okafor,Okafor\n")]))


@pytest.mark.parametrize("name", ["demographics.csv", "patients april.csv"])
@pytest.mark.parametrize("content", [b"", HEADER.replace(",", ";").encode(), HEADER.replace(",", "\t").encode()])
def test_a_refused_file_is_not_also_called_missing(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(DEMO, [tmp_path / name]).also == ()


def test_a_missing_table_is_told_once_and_of_the_submission(tmp_path: Path) -> None:
    files = write_files(tmp_path, BLADE, without=["person", "requests"])
    files[0].write_bytes(b"")
    found = refusal(feeds.load("sen2"), files)
    assert [(f.file, f.message) for f in found.also] == [("the submission", "no file for the tables person, requests")]


def test_the_dictionary_of_the_template_is_left_unread(tmp_path: Path) -> None:
    (tmp_path / "demographics_dictionary.csv").write_text("table,column,description\n")
    con, result = read(DEMO, [demographics(tmp_path, f"{HEADER}\n{SOUND[0]}\n".encode()), tmp_path / "demographics_dictionary.csv"])  # fmt: skip
    assert len(rows(con)) == 1
    assert [(w.rule, w.file) for w in result.warnings] == [
        ("DEMOGRAPHICS.file.not_read", "demographics_dictionary.csv")
    ]


def test_missing_tables_are_named_and_all_faults_come_together(tmp_path: Path) -> None:
    sen2 = feeds.load("sen2")
    found = refusal(sen2, write_files(tmp_path / "a", BLADE, without=["person", "plandetail", "senneed"]))
    assert found.message == "no file for the tables person, senneed"
    files = write_files(tmp_path / "b", BLADE, headers={"requests": "requeststableid,x", "senneed": "y"})
    found = refusal(sen2, files)
    assert {f.file for f in (found, *found.also)} == {
        p.name for p in files if "requests" in p.name or "senneed" in p.name
    }


def test_a_file_under_another_name_is_read_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "patients april.csv"
    path.write_text(HEADER + "\n" + SOUND[0] + "\n")
    con, result = read(DEMO, [path])
    assert len(rows(con)) == 1
    assert [w.rule for w in result.warnings] == ["DEMOGRAPHICS.file.file_name"]
    stranger = tmp_path / "notes.csv"
    stranger.write_text("one,two\n")
    assert refusal(DEMO, [stranger]).rule == "DEMOGRAPHICS.file.unknown_file"


def test_tables_of_the_layout_that_are_not_needed_are_left_unread(tmp_path: Path) -> None:
    files = write_files(tmp_path, CSDS)
    surplus = tmp_path / "CYP403CPP.csv"
    surplus.write_text("LocalPatientID,CPP_Reason\nP1,01\n")
    _, result = read(feeds.load("csds"), [*files, surplus])
    assert [w.rule for w in result.warnings] == ["CSDS.file.not_read"]


def test_older_headers_and_specs(tmp_path: Path) -> None:
    csds = feeds.load("csds")
    header = (
        CSDS["CYP201CareContact"][0]
        .replace("AttendanceStatus", "AttendOrNot")
        .replace("ConsMechanism", "Consultation_MediumUsed")
    )
    files = write_files(tmp_path / "csds", CSDS, headers={"CYP201CareContact": header})
    con, result = read(csds, files, "1.5")
    assert result.warnings == ()
    assert con.execute("select attendancestatus, consmechanism from raw_cyp201carecontact").fetchall() == [("5", "01")]
    con, result = read(csds, files, "1.6")
    assert {w.rule for w in result.warnings} == {"CSDS.file.other_spec"}
    assert con.execute("select attendancestatus from raw_cyp201carecontact").fetchall() == [("5",)]
    old = refusal(feeds.load("sen2"), write_files(tmp_path / "sen2", BLADE), "2023")
    assert "lacks the required column GenderCurrent (spec 2023)" in old.message


def zipped(path: Path, files: Sequence[Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"export/{file.name}")
        archive.writestr("__MACOSX/._x.csv", "x")
    return path


def test_a_bundle_is_read_like_its_files_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    csds = feeds.load("csds")
    whole = zipped(tmp_path / "csds.zip", write_files(tmp_path / "sent", CSDS))
    (tmp_path / "out").mkdir()
    files = open_bundles(csds, [whole], tmp_path / "out")
    con, _ = read(csds, files)
    assert con.execute("select count(*) from raw_cyp101referral").fetchone() == (1,)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(FileRejected, match="cut short or damaged"):
        open_bundles(csds, [cut], tmp_path)
    nested = zipped(tmp_path / "nested.zip", [whole])
    with pytest.raises(FileRejected, match="holds another archive"):
        open_bundles(csds, [nested], tmp_path)
    with pytest.raises(FileRejected, match="came more than once"):
        (tmp_path / "out2").mkdir()
        open_bundles(csds, [whole, tmp_path / "sent" / "CYP001MPI.csv"], tmp_path / "out2")


def test_an_unknown_reader_is_named() -> None:
    with pytest.raises(readers.SendjcError, match="unknown reader 'nope'"):
        readers.get("nope")
    readers.register("extra", "sendjc_pipeline.submissions.readers.csv_tables:read")
    assert readers.get("extra") is readers.get("csv_tables")


def test_two_stray_quotes_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    header = "LocalPatientID,NHSNumber,Surname,Forename,DateOfBirth,Sex,Postcode,URN"
    lines = [f"P{n},,{mark},Z,2014-02-28,F,," for n, mark in enumerate(('"Sm', "Jones", 'Sm"', "Brown"))]
    con, _ = read(DEMO, [demographics(tmp_path, "\n".join([header, *lines, ""]).encode())])
    kept = con.execute("select localpatientid from raw_demographics order by 1").fetchall()
    assert kept == [("P1",), ("P3",)] and len(rejects(con)) == 2
