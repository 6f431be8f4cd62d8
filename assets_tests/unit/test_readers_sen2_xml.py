"""The XML return: the same nine tables as the Blade export, and nothing that XML can do beyond holding data."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import duckdb
import pytest

from intake_samples import BLADE, UPN, write_files  # isort: skip

from sendjc_pipeline import feeds
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake, readers
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult
from sendjc_pipeline.warehouse.connection import connect

SEN2 = feeds.load("sen2")
UNIT = "<SENunitIndicator>0</SENunitIndicator><ResourcedProvisionIndicator>0</ResourcedProvisionIndicator>"
PERSON = f"""
<Person><Surname>Okafor</Surname><Forename>Ada</Forename><PersonBirthDate>2015-05-04</PersonBirthDate><Sex>F</Sex>
<Ethnicity>BAFR</Ethnicity><PostCode>NG5 1AB</PostCode><UPN>{UPN}</UPN>
<Requests><ReceivedDate>2024-09-02</ReceivedDate><RequestSource>1</RequestSource><RYA>false</RYA>
  <RequestOutcomeDate>2024-10-01</RequestOutcomeDate><RequestOutcome>Y</RequestOutcome>
  <RequestMediation>0</RequestMediation><RequestTribunal>0</RequestTribunal>
  <Assessment><AssessmentOutcome>Y</AssessmentOutcome><AssessmentOutcomeDate>2025-01-10</AssessmentOutcomeDate><Week20>0</Week20>
    <NamedPlan><StartDate>2025-01-10</StartDate><PB>0</PB><OA>0</OA>
      <PlanDetail><URN>122400</URN><PlacementRank>1</PlacementRank>{UNIT}</PlanDetail></NamedPlan></Assessment>
  <ActivePlans>
    <PlacementDetail><URN>122400</URN><PlacementRank>1</PlacementRank><EntryDate>2025-01-13</EntryDate>{UNIT}</PlacementDetail>
    <SENneed><SENtype>SLCN</SENtype><SENtypeRank>1</SENtypeRank></SENneed>
    <SENneed><SENtype>ASD</SENtype><SENtypeRank>2</SENtypeRank></SENneed></ActivePlans>
</Requests></Person>"""
HEAD = """<Header><CollectionDetails><Collection>SEN2</Collection><Year>2025</Year><ReferenceDate>2025-01-16</ReferenceDate>
</CollectionDetails><Source><LEA>892</LEA></Source><DMO>1</DMO></Header>"""


def message(persons: str = PERSON, start: str = "", root: str = "Message", head: str = HEAD) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{start}<{root}>{head}<Persons>{persons}</Persons></{root.split(" ")[0]}>'


def xml_file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "sen2.xml"
    path.write_text(content, encoding="utf-8")
    return path


def read(path: Path, spec: str = "2025") -> tuple[duckdb.DuckDBPyConnection, ReadResult]:
    con = connect()
    readers.prepare(con)
    return con, readers.get("sen2")(con, SEN2, spec, [path])


def refusal(path: Path) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read(path)
    return caught.value


def test_identifiers_are_ordinal_paths_and_rows_count_each_kind(tmp_path: Path) -> None:
    con, result = read(xml_file(tmp_path, message(PERSON + PERSON)))
    assert result.warnings == ()
    assert con.execute("select sen2tableid, year, lea, dmo from raw_sen2").fetchall() == [("1", "2025", "892", "1")]
    assert con.execute("select persontableid, sen2tableid, nativeid, source_row from raw_person").fetchall() == [
        ("1", "1", "892", 2), ("2", "1", "892", 3),
    ]  # fmt: skip
    path = con.execute("""
        select d.plandetailtableid, d.namedplantableid, n.assessmenttableid, a.requeststableid, r.persontableid
        from raw_plandetail d join raw_namedplan n using (namedplantableid) join raw_assessment a using (assessmenttableid)
        join raw_requests r using (requeststableid) where r.persontableid = '2'
    """).fetchall()
    assert path == [("2.1.1.1.1", "2.1.1.1", "2.1.1", "2.1", "2")]
    assert con.execute("select senneedtableid, source_row from raw_senneed").fetchall() == [
        ("1.1.1.1", 2), ("1.1.1.2", 3), ("2.1.1.1", 4), ("2.1.1.2", 5),
    ]  # fmt: skip


def test_both_shapes_are_accepted_as_the_same_tables(settings: Settings, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from sendjc_pipeline.submissions import ledger

    when = datetime(2025, 4, 20, tzinfo=UTC)
    blade = ledger.submit(
        settings, "nottingham", "sen2", "2024-25-Q4", write_files(tmp_path / "b", BLADE), received_at=when
    )
    xml = ledger.submit(settings, "derby", "sen2", "2024-25-Q4", [xml_file(tmp_path, message())], received_at=when)
    first, second = intake.accept(settings, blade), intake.accept(settings, xml)
    assert first.tables == second.tables
    assert second.messages_total == []
    con = connect()
    for table in SEN2.tables:
        shapes = [con.execute(f"describe from '{r.folder}/{table}.parquet'").fetchall() for r in (first, second)]
        assert shapes[0] == shapes[1]
    compared = "receiveddate, requestsource, rya, requestoutcomedate, requestoutcome, requestmediation"
    assert (
        len({con.execute(f"select {compared} from '{r.folder}/requests.parquet'").fetchone() for r in (first, second)})
        == 1
    )


def test_a_namespace_and_an_empty_container_are_read(tmp_path: Path) -> None:
    person = "<Person><Surname>A</Surname><Requests><ActivePlans/></Requests></Person>"
    con, result = read(xml_file(tmp_path, message(person, root='Message xmlns="urn:sen2"')))
    assert con.execute("select surname from raw_person").fetchall() == [("A",)]
    assert con.execute("select count(*) from raw_activeplans").fetchone() == (1,)
    assert result.warnings == ()


def test_repeated_items_and_unknown_ones_of_known_words_are_told_by_name_only(tmp_path: Path) -> None:
    person = "<Person><Sex>F</Sex><Sex>M</Sex><GenderCurrent>1</GenderCurrent><ShoeSize>CANARY</ShoeSize></Person>"
    _, result = read(xml_file(tmp_path, message(person)))
    told = " ".join(w.message for w in result.warnings)
    assert "gendercurrent under person is not part of spec 2025" in told
    assert "element (name withheld) under person is not part of spec 2025" in told and "shoesize" not in told
    assert "sex stands twice" in told
    assert "CANARY" not in told


def test_no_person_is_a_warning_and_spec_2023_has_gender(tmp_path: Path) -> None:
    _, result = read(xml_file(tmp_path, message("")))
    assert [w.rule for w in result.warnings] == ["SEN2.file.no_rows"]
    con, _ = read(xml_file(tmp_path, message("<Person><GenderCurrent>1</GenderCurrent></Person>")), "2023")
    assert con.execute("select gendercurrent, sex from raw_person").fetchall() == [("1", None)]


BOMB = '<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "rule", "text"),
    [
        ("", "empty", "0 bytes"),
        (message()[:-60], "unreadable", "breaks off or is malformed at line"),
        ("not xml", "unreadable", "the file is not XML"),
        (message(PERSON.replace("</Surname>", "")), "unreadable", "malformed"),
        ("<Message><Header/><Children/></Message>", "wrong_feed", "no Header and Persons"),
        ("<a><Persons/></a>", "wrong_feed", "no Header and Persons"),
        (message("<Person><Surname>&c;</Surname></Person>", start=BOMB), "unsafe_xml", "document type"),
        (message(start='<!DOCTYPE m SYSTEM "file:///etc/hostname">'), "unsafe_xml", "document type"),
        (
            message(head="", persons="", start='<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
            "unsafe_xml",
            "document type",
        ),
    ],
)
def test_what_is_no_return_is_refused(tmp_path: Path, content: str, rule: str, text: str) -> None:
    found = refusal(xml_file(tmp_path, content))
    assert found.rule == f"SEN2.file.{rule}"
    assert text in found.message


@pytest.mark.parametrize(
    ("persons", "rule"),
    [
        ("<Person>" + "<Odd>" * 70 + "</Odd>" * 70 + "</Person>", "unsafe_xml"),
        ("<Person><Requests>" + "<Requests/>" * 2 + "<ActivePlans/>" * 20_001 + "</Requests></Person>", "unsafe_xml"),
        ("<Person><Surname>" + "<![CDATA[x]]>" + "A" * 300_000 + "</Surname></Person>", "unsafe_xml"),
        ("<Person a='" + "A" * 3_000_000 + "'/>", "unsafe_xml"),
        ("<!--" + "A" * 3_000_000 + "-->", "unsafe_xml"),
        ("<Person>" + "".join(f"<odd{n}/>" for n in range(60_000)) + "</Person>", "unsafe_xml"),
        ("<Odd/>" * 2_000, "wrong_feed"),
    ],
)
def test_what_would_cost_the_reader_dear_is_refused(tmp_path: Path, persons: str, rule: str) -> None:
    assert refusal(xml_file(tmp_path, message(persons))).rule == f"SEN2.file.{rule}"


def test_foreign_elements_inside_a_person_are_dropped_as_they_close(tmp_path: Path) -> None:
    person = "<Person><Surname>A</Surname>" + "<Odd><Deep>words</Deep></Odd>" * 100_000 + "<Sex>F</Sex></Person>"
    path = xml_file(tmp_path, message(person))
    con = connect()
    readers.prepare(con)
    tracemalloc.start()
    try:
        result = readers.get("sen2")(con, SEN2, "2025", [path])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
    assert con.execute("select surname, sex from raw_person").fetchall() == [("A", "F")]
    assert [w.message for w in result.warnings] == [
        "element (name withheld) under person is not part of spec 2025 and was not read"
    ]


def test_names_that_may_be_data_are_withheld_and_many_are_not_listed(tmp_path: Path) -> None:
    from string import ascii_letters as letters

    odd = "".join(f"<{a}_{b}/>" for a in letters[:26] for b in letters[:4])
    _, result = read(xml_file(tmp_path, message(f"<Person><E892400024001/><Okafor-1/>{odd}</Person>")))
    told = [w.message for w in result.warnings]
    assert told[0].startswith("element (name withheld)")
    assert len(told) == 21
    assert told[-1].startswith("85 more elements")


def test_an_element_cannot_forge_an_identifier(tmp_path: Path) -> None:
    person = "<Person><persontableid>99</persontableid><sen2tableid>7</sen2tableid><Requests/></Person>"
    con, result = read(xml_file(tmp_path, message(person)))
    assert con.execute("select persontableid, sen2tableid from raw_person").fetchall() == [("1", "1")]
    assert con.execute("select persontableid from raw_requests").fetchall() == [("1",)]
    assert len(result.warnings) == 2


def test_other_encodings_are_read_or_refused_by_their_declaration(tmp_path: Path) -> None:
    person = "<Person><Surname>Müller</Surname></Person>"
    for encoding in ("windows-1252", "utf-16"):
        path = tmp_path / "sen2.xml"
        path.write_bytes(message(person).replace("UTF-8", encoding).encode(encoding))
        con, _ = read(path)
        assert con.execute("select surname from raw_person").fetchall() == [("Müller",)]
    assert refusal(xml_file(tmp_path, message().replace("UTF-8", "shift_jis"))).rule == "SEN2.file.encoding"


def test_the_parsers_own_words_are_not_passed_on(tmp_path: Path) -> None:
    found = refusal(xml_file(tmp_path, message("<Person><Surname>CANARY</CANARY></Person>")))
    assert "CANARY" not in str(found)
    assert found.__cause__ is None
    assert found.__suppress_context__


def test_xml_and_csv_together_are_refused(tmp_path: Path) -> None:
    con = connect()
    readers.prepare(con)
    with pytest.raises(FileRejected, match="stands beside other files"):
        readers.get("sen2")(con, SEN2, "2025", [xml_file(tmp_path, message()), *write_files(tmp_path / "b", BLADE)])
