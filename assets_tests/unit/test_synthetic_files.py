"""The files of a small world, read back by a plain reader: they say what is true, in the partners' formats."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from synthetic_reading import blade, blade_cases, bytes_of, xml_cases

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.synthetic.calibration import AREAS
from sendjc_pipeline.synthetic.extract_sen2 import PARENT, TABLES
from sendjc_pipeline.synthetic.generate import generate

QUARTER = Quarter.parse("2024-25-Q4")
SEED, SCALE = 11, 0.12
CSDS = ("CYP000Header", "CYP001MPI", "CYP101Referral", "CYP102ServiceTypeReferredTo", "CYP104RTT", "CYP201CareContact",
        "CYP202CareActivity")  # fmt: skip
OPTIONAL = ("CYP002GP", "CYP103OtherReasonReferral", "CYP105OnwardReferral", "CYP401SpEdNeedId", "CYP602DisabilityType", "CYP606ProvDiag",
            "CYP607PrimDiag", "CYP608SecDiag", "CYP609CodedAssessmentReferral", "CYP612CodedAssessmentContact")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("synth")
    generate(folder / "out", SEED, SCALE, AREAS, [QUARTER.label], truth=folder / "truth")
    return folder / "out", folder / "truth"


def expected(truth: Path, metric: str, area: str, window: str) -> tuple[float, float | None]:
    frame = pl.read_parquet(truth / "expected_metric.parquet")
    row = frame.filter(pl.col("metric_id") == metric, pl.col("area_id") == area, pl.col("time_window") == window)
    return row.select("numerator", "denominator").row(0)


def cases_of(out: Path, area: str) -> pl.DataFrame:
    folder = out / area / "sen2" / QUARTER.label
    return xml_cases(folder / "sen2.xml") if area == "nottinghamshire" else blade_cases(folder)


@pytest.mark.parametrize("area", AREAS)
def test_sen2_files_give_the_true_ehc_values(made: tuple[Path, Path], area: str) -> None:
    out, truth = made
    cases = cases_of(out, area)
    issued = cases.filter(pl.col("outcome") == "Y", pl.col("closed").is_between(QUARTER.start, QUARTER.end))
    days = (pl.col("closed") - pl.col("received")).dt.total_days()
    assert (issued.filter(days <= 140).height, issued.height) == expected(truth, "ehcp_20w_pct_inc", area, "quarter")
    plain = issued.filter(pl.col("week20") == "0")
    assert (plain.filter(days <= 140).height, plain.height) == expected(truth, "ehcp_20w_pct_exc", area, "quarter")
    waiting = cases.filter(
        (pl.col("decision") == "A") | ((pl.col("decision").is_in(["Y", "H"])) & (pl.col("outcome") == "A"))
    )
    overdue = waiting.filter((pl.lit(QUARTER.end) - pl.col("received")).dt.total_days() > 140).height
    assert overdue == expected(truth, "ehc_open_over_20w_count", area, "snapshot")[0]
    assert cases.filter("active").height == expected(truth, "ehcp_caseload", area, "snapshot")[0]
    decided = cases.filter(
        pl.col("decided").is_between(QUARTER.start, QUARTER.end), pl.col("decision").is_in(["Y", "N"])
    )
    prompt = decided.filter((pl.col("decided") - pl.col("received")).dt.total_days() <= 42).height
    assert (prompt, decided.height) == expected(truth, "ehc_decision_6w_pct", area, "quarter")


def test_sen2_keys_are_unique_and_no_row_is_an_orphan(made: tuple[Path, Path]) -> None:
    tables = blade(made[0] / "derby" / "sen2" / QUARTER.label)
    assert set(tables) == set(TABLES)
    for name, frame in tables.items():
        assert frame.columns[:4] == [f"{name}tableid", "NativeId", f"{name}orderseqcolumn", "sourceid"]
        assert frame[f"{name}tableid"].is_unique().all()
        if parent := PARENT.get(name):
            assert frame.join(tables[parent], on=f"{parent}tableid", how="anti").is_empty()
    assert tables["person"]["upn"].null_count() == tables["person"]["upnunknown"].is_not_null().sum()


def test_sen2_live_extract_marks_old_decisions_as_historical(made: tuple[Path, Path]) -> None:
    overturned = 0
    for area in AREAS:
        cases = cases_of(made[0], area)
        assert cases["closed"].min() >= date(2024, 1, 1)  # type: ignore[operator]
        assert cases["decided"].min() >= date(2024, 1, 1)  # type: ignore[operator]
        assert {"Y", "N", "A", "H"} <= set(cases["decision"])
        overturned += cases.filter(pl.col("decision") == "N", pl.col("outcome") == "Y").height
        assert cases.filter(pl.col("outcome") == "H", ~pl.col("active")).height < cases.height / 10
    assert overturned > 0


def test_csds_files_give_the_true_waits(made: tuple[Path, Path]) -> None:
    """Recount Derby's open waits from the files: referrals merged into spells, by the residence that the provider has."""
    out, truth = made
    for provider, team, metric, limit in (
        ("RY8", "33", "slt_wait_over_18w_pct", 126),
        ("RXM", "23", "ot_wait_over_13w_pct", 91),
    ):
        t = {
            name: pl.read_csv(out / provider / "csds" / QUARTER.label / f"{name}.csv", infer_schema=False)
            for name in CSDS
        }
        seen = t["CYP201CareContact"].filter(pl.col("AttendanceStatus").is_in(["5", "6"]))
        care = t["CYP202CareActivity"].filter(pl.col("Activity_Type") == "03").select("CareContactID").unique()
        treated = (
            seen.join(care, on="CareContactID").group_by("ServiceRequestID").agg(treated=pl.col("Contact_Date").min())
        )
        running = (
            t["CYP101Referral"]
            .join(t["CYP102ServiceTypeReferredTo"].filter(pl.col("TeamType") == team), on="ServiceRequestID")
            .join(treated, on="ServiceRequestID", how="left")
            .join(t["CYP001MPI"].select("LocalPatientID", "Postcode"), on="LocalPatientID")
            .filter(pl.col("Discharge_Date").is_null(), pl.col("treated").is_null())
        )
        assert running.height > 0
        derby = running.filter(
            pl.col("Postcode").str.split(" ").list.first().is_in(["DE1", "DE3", "DE21", "DE22", "DE23", "DE24", "DE73"])
        )
        children = derby.group_by("LocalPatientID").agg(
            pl.col("ReferralRequest_ReceivedDate").str.to_date().min().alias("start")
        )
        _, whole = expected(truth, metric, "derby", "snapshot")
        assert children.height == whole
        over = children.filter((pl.lit(QUARTER.end) - pl.col("start")).dt.total_days() > limit).height
        assert over == pytest.approx(
            expected(truth, metric, "derby", "snapshot")[0], abs=2
        )  # a spell may begin earlier


def test_csds_and_demographics_are_about_the_same_children(made: tuple[Path, Path]) -> None:
    out, _ = made
    missing = []
    for provider in ("RHA", "RTD", "RXM", "RY8"):
        folder = out / provider / "csds" / QUARTER.label
        assert {file.stem for file in folder.iterdir()} == {*CSDS, *OPTIONAL}
        patients = pl.read_csv(folder / "CYP001MPI.csv", infer_schema=False)
        people = pl.read_csv(
            out / provider / "demographics" / QUARTER.label / "demographics_for_linkage.csv", infer_schema=False
        )
        both = patients.join(people, on="LocalPatientID", validate="1:1", suffix="_d")
        assert both.height == patients.height <= people.height
        assert both.filter(pl.col("NHSNumber").ne_missing(pl.col("NHSNumber_d"))).is_empty()
        assert patients["NHSNumber"].drop_nulls().str.starts_with("999").all()
        referrals = pl.read_csv(folder / "CYP101Referral.csv", infer_schema=False)
        assert referrals["ServiceRequestID"].is_unique().all()
        assert referrals.filter(pl.col("Discharge_Date") < QUARTER.start.isoformat()).is_empty()
        missing += [patients["NHSNumber"].null_count(), patients.height]
    assert sum(missing[::2]) / sum(missing[1::2]) == pytest.approx(0.05, abs=0.02)


def test_optional_csds_tables_are_filled_and_sound(made: tuple[Path, Path], tmp_path: Path) -> None:
    out, _ = made
    for provider in ("RHA", "RTD", "RY8"):
        files = sorted((out / provider / "csds" / QUARTER.label).iterdir())
        assert all(pl.read_csv(file, infer_schema=False).height > 0 for file in files)
        receipt = intake.check("csds", "1.6", files, Settings(home=tmp_path / provider), period=QUARTER.label)
        assert receipt.status == "accepted"
        assert {total.rule for total in receipt.messages_total} <= {"CSDS.cyp001mpi.nhs_number_missing"}


def test_the_reduced_form_leaves_the_main_tables_as_they_are(made: tuple[Path, Path], tmp_path: Path) -> None:
    generate(tmp_path, SEED, SCALE, ["derby"], [QUARTER], feeds=["csds", "demographics"], reduced=True)
    whole, part = bytes_of(made[0]), bytes_of(tmp_path)
    tables = {name: content for name, content in part.items() if "/csds/" in name}
    assert {Path(name).stem for name in tables} == set(CSDS)
    assert all(whole[name] == content for name, content in tables.items())
    assert {name.split("/")[0] for name in part} == {"RXM", "RY8", "reference"}


def test_mental_health_patients_are_in_demographics_as_the_same_children(made: tuple[Path, Path]) -> None:
    out, truth = made
    senders = {folder.parent.name for folder in out.glob("*/demographics")}
    assert senders == {"RHA", "RTD", "RX4", "RXM", "RY8"}
    key = ["partner", "period", "source_person_id"]
    records = pl.read_parquet(truth / "record_person.parquet")
    known = records.filter(pl.col("feed") == "demographics")
    assert known.select(key).is_unique().all()
    for feed in ("csds", "mhsds"):
        mine = records.filter(pl.col("feed") == feed)
        both = mine.join(known.select(*key, "person"), on=key, suffix="_known")
        assert both.height == mine.height > 0
        assert (both["person"] == both["person_known"]).all()
    for provider in ("RHA", "RXM", "RX4"):
        patients = pl.read_csv(out / provider / "mhsds" / QUARTER.label / "MHS001MPI.csv", infer_schema=False)
        people = pl.read_csv(
            out / provider / "demographics" / QUARTER.label / "demographics_for_linkage.csv", infer_schema=False
        )
        both = patients.join(people, on="LocalPatientID", validate="1:1", suffix="_d")
        assert both.height == patients.height > 0
        assert both.filter(pl.col("NHSNumber").ne_missing(pl.col("NHSNumber_d"))).is_empty()


def test_a_mover_is_in_both_councils(made: tuple[Path, Path]) -> None:
    out, truth = made
    cases = pl.read_parquet(truth / "ehc_case.parquet")
    arrived = cases.filter(
        pl.col("transfer_la").is_in([891, 892]), pl.col("closed").is_between(date(2024, 1, 1), QUARTER.end)
    )
    left = cases.filter(pl.col("reason") == 5).join(arrived, on="person", suffix="_new")
    assert left.height == arrived.height > 0
    assert left.filter(pl.col("ceased") != pl.col("closed_new")).is_empty()
    tables = blade(out / "nottingham" / "sen2" / QUARTER.label)
    own = set(tables["person"]["upn"].drop_nulls())
    text = (out / "nottinghamshire" / "sen2" / QUARTER.label / "sen2.xml").read_text(encoding="utf-8")
    assert own & set(re.findall(r"<UPN>(\w+)</UPN>", text))
    assert "<TransferLA>892</TransferLA>" in text
    assert "891" in set(tables["activeplans"]["transferla"])
    assert "5" in set(tables["namedplan"]["ceasereason"])


def test_twins_siblings_and_planted_referrals_exist(made: tuple[Path, Path]) -> None:
    truth = made[1]
    people = pl.read_parquet(truth / "person.parquet")
    twins = people.filter(pl.len().over("household", "dob") > 1)
    assert twins.height > 20
    assert twins.group_by("household").agg(pl.col("surname").n_unique())["surname"].max() == 1
    assert people.filter(pl.len().over("household") > 1).height > 3 * twins.height
    assert people["nhs_number"].is_unique().all()
    assert people["upn"].is_unique().all()
    referrals = pl.read_parquet(truth / "health_referral.parquet").sort("person", "service", "received")
    gap = (pl.col("received") - pl.col("discharged").shift(1).over("person", "provider", "service")).dt.total_days()
    gaps = referrals.select(gap.alias("gap")).to_series().drop_nulls()
    assert ((gaps >= 1) & (gaps <= 5)).any()
    assert ((gaps > 5) & (gaps < 60)).any()
    assert {"duplicate", "dna_first", "rejected", "died"} <= set(referrals["exit"])


def test_sitrep_workbook_agrees_with_the_waits_and_adds_up(made: tuple[Path, Path]) -> None:
    out, _ = made
    (file,) = (out / "nhs_england" / "chs_sitrep" / QUARTER.label).glob("*.xlsx")
    book = CalamineWorkbook.from_path(file)
    tables = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names if name.startswith("Table")}
    assert list(tables) == ["Table 4", *(f"Table 4{letter}" for letter in "abcdefg")]
    head = tables["Table 4"][4]
    assert tables["Table 4"][0][0] == "Total waiting list by service, March 2025"
    assert sum("(CYP)" in str(cell) for cell in head) == 17
    column = head.index("(CYP) Therapy interventions: Speech and language")
    cells = {name: {(row[0], row[1]): row[column] for row in rows[5:]} for name, rows in tables.items()}
    total = cells["Table 4"]["Provider", "RHA"]
    assert total == sum(cells[f"Table 4{letter}"]["Provider", "RHA"] for letter in "abcdefg") > 50
    assert cells["Table 4"]["ICB", "QT1"] == total
    regions = sum(value for (kind, _), value in cells["Table 4"].items() if kind == "Region")
    assert regions == pytest.approx(cells["Table 4"]["National", ""], abs=8)


def test_same_seed_same_bytes_whatever_else_is_asked(made: tuple[Path, Path], tmp_path: Path) -> None:
    generate(tmp_path, SEED, SCALE, ["derby"], ["2024-25-Q3", QUARTER])
    again, first = bytes_of(tmp_path), bytes_of(made[0])
    same = [name for name in again if QUARTER.label in name and not name.startswith(("nhs_england", "dfe"))]
    assert len(same) > 20
    assert all(again[name] == first[name] for name in same)


def test_another_seed_gives_other_children(made: tuple[Path, Path], tmp_path: Path) -> None:
    generate(tmp_path, SEED + 1, SCALE, ["derby"], [QUARTER])
    name = f"RXM/demographics/{QUARTER.label}/demographics_for_linkage.csv"
    assert bytes_of(tmp_path)[name] != bytes_of(made[0])[name]


@pytest.mark.parametrize(
    ("areas", "quarters", "scale"),
    [
        (["leeds"], ["2024-25-Q4"], 1.0),
        (["derby"], ["2019-20-Q1"], 1.0),
        (["derby"], ["2024-25-Q4"], 0.0),
        ([], ["2024-25-Q4"], 1.0),
    ],
)
def test_impossible_wishes_are_refused(tmp_path: Path, areas: list[str], quarters: list[str], scale: float) -> None:
    with pytest.raises(SendjcError):
        generate(tmp_path, 1, scale, areas, quarters)
