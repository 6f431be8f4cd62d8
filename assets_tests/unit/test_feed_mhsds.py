"""MHSDS: what changed from version 5 to 6, and what the synthetic providers send of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import Settings
from sendjc_pipeline.submissions import intake
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import population
from sendjc_pipeline.synthetic.partner_feeds import mhsds
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.writers_csds import csds_tables

FEED = feeds.load("mhsds")


@pytest.fixture(scope="module")
def world() -> population.World:
    return population.build(11, 0.05)


def scene(world: population.World, quarter: str) -> Scene:
    return Scene(world, pl.DataFrame(), cal.AREAS, Quarter.parse(quarter))


def headers(table: str, spec: str) -> set[str]:
    return {FEED.header(column, spec) for column in FEED.columns(FEED.tables[table], spec)}


def test_the_team_moved_to_the_referral_in_version_6() -> None:
    assert "CareProfTeamLocalID" in headers("mhs101referral", "6") - headers("mhs101referral", "5")
    assert "ServTeamTypeRefToMH" in headers("mhs102otherservicetype", "5") - headers("mhs102otherservicetype", "6")
    assert FEED.has_table(FEED.tables["mhs902serviceteamdetails"], "6")
    assert not FEED.has_table(FEED.tables["mhs902serviceteamdetails"], "5")


def test_renamed_columns_and_file() -> None:
    assert "AttendOrDNACode" in headers("mhs201carecontact", "5")
    assert "AttendStatus" in headers("mhs201carecontact", "6")
    assert "OtherCareProfTeamLocalID" in headers("mhs102otherservicetype", "6")
    assert "MHS102ServiceTypeReferredTo*.csv" in FEED.tables["mhs102otherservicetype"].file


def test_rules_follow_the_version() -> None:
    referral = FEED.tables["mhs101referral"]
    five, six = ({rule.code for rule in rules_of(FEED, referral, spec)} for spec in ("5", "6"))
    assert "MHSDS.mhs101referral.no_service" in five - six
    assert "MHSDS.mhs101referral.team_unknown" in six - five


@pytest.mark.parametrize(("quarter", "spec"), [("2023-24-Q4", "5"), ("2024-25-Q4", "6")])
@pytest.mark.parametrize("provider", ["RHA", "RXM", "RX4"])
def test_synthetic_extracts_are_sound(
    world: population.World, provider: str, quarter: str, spec: str, tmp_path: Path
) -> None:
    where = scene(world, quarter)
    assert mhsds.spec(where) == spec
    tables = mhsds.extract(where, provider)
    assert tables
    assert tables.pop("_person").height > 0
    mhsds.write(where, provider, tables, tmp_path / "files")
    files = sorted((tmp_path / "files").iterdir())
    receipt = intake.check("mhsds", spec, files, Settings(home=tmp_path / "home"), period=quarter)
    assert receipt.status == "accepted"
    assert receipt.file_messages == []
    # Five in a hundred patients have no traced number, as in the provider's other feeds.
    assert {total.rule for total in receipt.messages_total} <= {"MHSDS.mhs001mpi.nhs_number_missing"}


def test_a_patient_has_one_number_at_a_provider_and_others_elsewhere(world: population.World) -> None:
    where = scene(world, "2024-25-Q4")
    mental = mhsds.extract(where, "RHA")
    assert mental
    contacts = pl.DataFrame(
        schema={
            "contact": pl.Int64,
            "referral": pl.Int64,
            "day": pl.Int64,
            "status": pl.String,
            "activity": pl.String,
            "second": pl.String,
            "kind": pl.Int64,
        }
    )
    therapy = csds_tables(world, contacts, "RHA", where.quarter, list(cal.AREAS))["CYP001MPI"]
    both = mental["mhs001mpi"].join(therapy, on="LocalPatientID").drop_nulls("NHSNumber")
    assert both.height > 0
    assert (both["NHSNumber"] == both["NHSNumber_right"]).all()
    assert (both["PersonBirthDate"] == both["DateOfBirth"]).all()
    other = mhsds.extract(where, "RXM")
    assert other
    assert not set(other["mhs001mpi"]["LocalPatientID"]) & set(mental["mhs001mpi"]["LocalPatientID"])
