"""The children in need census: what stands where in its XML, by year, and which UPNs an authority can have issued."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import duckdb
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds import codes
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import readers
from sendjc_pipeline.submissions.process import process
from sendjc_pipeline.submissions.readers import FileRejected, ReadResult
from sendjc_pipeline.submissions.receipt import Receipt
from sendjc_pipeline.warehouse.connection import connect

CIN = feeds.load("cin")
CHILD = """
<Child>
  <ChildIdentifiers><LAchildID>C7</LAchildID><UPN>E892400024001</UPN><FormerUPN>X98765432123B</FormerUPN>
    <PersonBirthDate>2014-05-09</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
  <ChildCharacteristics><Ethnicity>WBRI</Ethnicity>
    <Disabilities><Disability>AUT</Disability><Disability>COMM</Disability></Disabilities></ChildCharacteristics>
  <CINdetails><CINreferralDate>2025-01-13</CINreferralDate><ReferralSource>2A</ReferralSource><PrimaryNeedCode>N2</PrimaryNeedCode>
    <Assessments><AssessmentActualStartDate>2025-01-14</AssessmentActualStartDate>
      <AssessmentAuthorisationDate>2025-02-25</AssessmentAuthorisationDate>
      <FactorsIdentifiedAtAssessment><AssessmentFactors>3B</AssessmentFactors><AssessmentFactors>5A</AssessmentFactors>
      </FactorsIdentifiedAtAssessment></Assessments>
    <CINPlanDates><CINPlanStartDate>2025-06-02</CINPlanStartDate></CINPlanDates>
    <Section47><S47ActualStartDate>2025-01-30</S47ActualStartDate><DateOfInitialCPC>2025-02-20</DateOfInitialCPC>
      <ICPCnotRequired>false</ICPCnotRequired></Section47>
    <ReferralNFA>0</ReferralNFA>
    <ChildProtectionPlans><CPPstartDate>2025-02-20</CPPstartDate><CPPendDate>2025-06-02</CPPendDate>
      <InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
      <NumberOfPreviousCPP>0</NumberOfPreviousCPP><Reviews><CPPreviewDate>2025-05-01</CPPreviewDate></Reviews></ChildProtectionPlans>
    <PreProceedingsandFGDM><PPStartDate>2026-01-09</PPStartDate></PreProceedingsandFGDM>
  </CINdetails>
</Child>"""
HEAD = """<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>
</CollectionDetails><Source><SourceLevel>L</SourceLevel><LEA>892</LEA><DateTime>2026-05-01T09:00:00</DateTime></Source></Header>"""


def census(folder: Path, children: str = CHILD, head: str = HEAD) -> Path:
    path = folder / "cin.xml"
    path.write_text(f"<Message>{head}<Children>{children}</Children></Message>", encoding="utf-8")
    return path


def read(paths: list[Path], spec: str = "2026") -> tuple[duckdb.DuckDBPyConnection, ReadResult]:
    con = connect()
    readers.prepare(con)
    return con, readers.get("cin_xml")(con, CIN, spec, paths)


def taken_in(settings: Settings, folder: Path, children: str, spec: str = "2026", period: str = "2025-26") -> Receipt:
    out = folder / "out"
    out.mkdir()
    return process(settings, CIN, spec, [census(folder, children)], period, out)


def test_rows_stand_where_the_layout_says_and_bear_the_childs_number(tmp_path: Path) -> None:
    con, result = read([census(tmp_path, CHILD.replace("C7", "C6") + CHILD)])
    assert result.warnings == ()
    assert con.execute("select lachildid, upn, sex, ethnicity from raw_child").fetchall() == [
        ("C6", "E892400024001", "F", "WBRI"), ("C7", "E892400024001", "F", "WBRI"),
    ]  # fmt: skip
    assert con.execute("select disabilityid, lachildid, disability, source_row from raw_disability").fetchall() == [
        ("1.1", "C6", "AUT", 2), ("1.2", "C6", "COMM", 3), ("2.1", "C7", "AUT", 4), ("2.2", "C7", "COMM", 5),
    ]  # fmt: skip
    assert con.execute("""
        select f.assessmentfactors, f.assessmentfactorid, a.assessmentid, c.cindetailsid, c.lachildid
        from raw_assessmentfactor f join raw_assessment a using (assessmentid) join raw_cindetails c using (cindetailsid)
        where c.lachildid = 'C7'
    """).fetchall() == [("3B", "2.1.1.1", "2.1.1", "2.1", "C7"), ("5A", "2.1.1.2", "2.1.1", "2.1", "C7")]
    for table in ("cinplan", "section47", "childprotectionplan"):
        assert con.execute(f"select cindetailsid from raw_{table}").fetchall() == [("1.1",), ("2.1",)]
    assert con.execute("select collection, year, lea from raw_message").fetchall() == [("CIN", "2026", "892")]


def test_the_number_may_stand_after_the_episodes(tmp_path: Path) -> None:
    child = "<Child><CINdetails/><ChildIdentifiers><LAchildID>C9</LAchildID></ChildIdentifiers></Child>"
    con, _ = read([census(tmp_path, child)])
    assert con.execute("select lachildid from raw_cindetails").fetchall() == [("C9",)]


def test_a_sound_census_brings_no_message(settings: Settings, tmp_path: Path) -> None:
    receipt = taken_in(settings, tmp_path, CHILD)
    assert receipt.messages_total == []
    assert receipt.tables["assessmentfactor"].accepted == 2


def test_gender_became_sex_in_2025(settings: Settings, tmp_path: Path) -> None:
    old = CHILD.replace("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>")
    assert taken_in(settings, tmp_path, old, "2024").tables["child"].accepted == 1
    _, result = read([census(tmp_path, old)], "2025")
    assert "gendercurrent under child is not part of spec 2025" in result.warnings[0].message


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ("<Message><Header/><Persons/></Message>", "wrong_feed"),
        ("<Message><Children/></Message>", "wrong_feed"),
        ('<!DOCTYPE m [<!ENTITY x "y">]><Message><Header/><Children/></Message>', "unsafe_xml"),
        ("<Message><Header/><Children>", "unreadable"),
        ("LAchildID,Sex\nC7,F\n", "unreadable"),
    ],
)
def test_what_is_no_census_is_refused(tmp_path: Path, files: str, rule: str) -> None:
    path = tmp_path / "cin.xml"
    path.write_text(files, encoding="utf-8")
    with pytest.raises(FileRejected) as caught:
        read([path])
    assert caught.value.rule == f"CIN.file.{rule}"


def test_a_csv_in_place_of_the_census_is_called_no_xml(tmp_path: Path) -> None:
    for name, content in (("cin.csv", b"LAchildID,Sex\nC7,F\n"), ("cin.xml", b"PK\x03\x04rest")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileRejected, match="the file is not XML"):
            read([tmp_path / name])
    (tmp_path / "b.xml").write_bytes(f"<Message>{HEAD}<Children>{CHILD}</Children></Message>".encode("utf-16"))
    assert read([tmp_path / "b.xml"])[1].warnings == ()


def test_two_files_are_refused_and_no_child_is_told(tmp_path: Path) -> None:
    path = census(tmp_path, "")
    with pytest.raises(FileRejected, match="2 files were sent"):
        read([path, path])
    _, result = read([path])
    assert [w.rule for w in result.warnings] == ["CIN.file.no_rows"]


@pytest.mark.parametrize("feed", ["cin", "ssda903"])
def test_the_authorities_of_upns_are_those_of_the_seed(feed: str) -> None:
    rule = next(r for t in feeds.load(feed).tables.values() for r in t.rules if r.code.endswith(".upn_authority"))
    found = re.search(r"'(\(20.*\))'", rule.when)
    assert found
    pattern = re.compile(found[1])
    with (codes.SEED.parent / "local_authority.csv").open(encoding="utf-8") as file:
        known = {row["old_la_code"] for row in csv.DictReader(file)} - {""}
    assert sorted(code for code in known if not pattern.fullmatch(code)) == []
    # Beside them: Bedfordshire and Cheshire until 2009, service children's schools, Wales.
    beside = {"820", "875", "702", *map(str, range(660, 682))}
    assert {f"{n:03d}" for n in range(1000) if pattern.fullmatch(f"{n:03d}")} <= known | beside
