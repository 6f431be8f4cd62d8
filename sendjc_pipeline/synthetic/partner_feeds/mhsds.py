"""What a mental-health provider sends for a quarter: MHSDS tables, version 5 before April 2024 and version 6 since.

Belongs here: which tables there are, and their headers. Does not belong here: who is referred and seen (_mhsds_referrals), most of the rows
(_mhsds_patients, _mhsds_events). Patients bear the numbers that the provider gives them in CSDS and demographics (writers_demographics).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.partner_feeds import _mhsds_events as events
from sendjc_pipeline.synthetic.partner_feeds import _mhsds_patients as people
from sendjc_pipeline.synthetic.partner_feeds import _mhsds_referrals as model
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import ISO, dates, record_number, text, write_csv
from sendjc_pipeline.synthetic.writers_demographics import patient_number

FEED = "mhsds"
_V6 = Quarter(2024, 1)
_SYSTEM = {"RHA": "SystmOne", "RXM": "SystmOne", "RX4": "Rio"}


def partners(areas: Sequence[str]) -> list[str]:
    """The mental-health providers of the areas."""
    return model.providers(tuple(areas))


def patients(scene: Scene, partner: str) -> pl.DataFrame:
    """The patients of a submission: person, one row each."""
    return model.referrals(scene, partner).select("person").unique("person", maintain_order=True)


def spec(scene: Scene) -> str:
    """The version of the data set in force in the quarter."""
    return "6" if scene.quarter >= _V6 else "5"


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Every table of the version, with the referrals open in the quarter and their contacts to date."""
    referrals = model.referrals(scene, partner).with_columns(
        ServiceRequestID=record_number("person", f"{partner} mental health", 8), LocalPatientID=patient_number(partner),
        first_team=pl.concat_str(pl.lit(partner), "team"),
    )  # fmt: skip
    is_v6 = spec(scene) == "6"
    contacts = events.contacts(scene, partner, referrals, is_v6=is_v6)
    tables = {
        "mhs000header": _header(scene, partner),
        "mhs902serviceteamdetails": _teams(partner),
        "mhs001mpi": people.patients(scene, partner, referrals),
        "mhs005patind": people.indicators(scene, referrals),
        "mhs008careplantype": people.plans(partner, referrals),
        "mhs101referral": _referrals(scene, referrals),
        "mhs102otherservicetype": events.services(partner, referrals, is_v6=is_v6),
        "mhs103otherreasonreferral": events.reasons(scene, referrals),
        "mhs104rtt": events.periods(partner, referrals),
        "mhs105onwardreferral": events.onward(scene, referrals),
        "mhs201carecontact": contacts,
        "mhs202careactivity": events.activities(contacts),
        **events.findings(scene, referrals),
    }
    version, feed = spec(scene), feeds.load(FEED)
    sent = {
        name: _laid_out(tables[name], table, version)
        for name, table in feed.tables.items()
        if feed.has_table(table, version)
    }
    whose = referrals.select(source_person_id="LocalPatientID", person="person").unique("person", maintain_order=True)
    return sent | {"_person": whose}


def file_of(scene: Scene, _partner: str, table: str) -> str:
    """The name of a table's file; in version 5 MHS102 was called otherwise."""
    feed = feeds.load(FEED)
    patterns = feed.tables[table].file
    return (patterns[-1] if spec(scene) == "5" else patterns[0]).replace("*", "")


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write one CSV per table; returns rows by file name."""
    names = {file_of(scene, partner, name): frame for name, frame in tables.items()}
    return {name: write_csv(frame, folder / name) for name, frame in names.items()}


def _laid_out(frame: pl.DataFrame, table: feeds.Table, version: str) -> pl.DataFrame:
    feed = feeds.load(FEED)
    blank = pl.lit(None, pl.String)
    columns = feed.columns(table, version)
    made = frame.select(
        (pl.col(c.name) if c.name in frame.columns else blank).alias(feed.header(c, version)) for c in columns
    )
    return text(made, ISO)


def _header(scene: Scene, provider: str) -> pl.DataFrame:
    quarter = scene.quarter
    return pl.DataFrame({
        "DatSetVer": [f"{spec(scene)}.0"], "OrgIDProvider": [provider], "OrgIDSubmit": [provider], "PrimSystemInUse": [_SYSTEM[provider]],
        "ReportingPeriodStartDate": [quarter.start], "ReportingPeriodEndDate": [quarter.end],
        "DateTimeDatSetCreate": [f"{quarter.shift(1).start:%Y-%m}-15T08:30:00"],
    })  # fmt: skip


def _teams(provider: str) -> pl.DataFrame:
    kinds = pl.DataFrame({"ServTeamTypeMH": list(model.TEAMS)})
    return kinds.with_columns(
        CareProfTeamLocalID=pl.concat_str(pl.lit(provider), "ServTeamTypeMH"), ServTeamIntAgeGroup=pl.lit("02")
    )


def _referrals(scene: Scene, referrals: pl.DataFrame) -> pl.DataFrame:
    source = pl.lit(["A1", "A2", "H1", "H2", "J2"]).list.get(pl.col("person") % 5)
    return dates(
        referrals.join(scene.world.persons.select("person", "area_id"), on="person", maintain_order="left").select(
            "ServiceRequestID", "LocalPatientID", OrgIDComm=pl.col("area_id").replace_strict(cal.SUB_ICB), CareProfTeamLocalID="first_team",
            ReferralRequestReceivedDate="received", SourceOfReferralMH=source, ClinRespPriorityType=pl.lit("3"), PrimReasonReferralMH="reason",
            ServDischDate="discharged", ReferRejectionDate="rejected", ReferRejectReason=pl.when(pl.col("rejected").is_not_null()).then(pl.lit("02")),
            ReferClosReason=pl.when(pl.col("discharged").is_not_null()).then(pl.lit("01")),
        ).sort("ServiceRequestID"), "ReferralRequestReceivedDate", "ServDischDate", "ReferRejectionDate",
    )  # fmt: skip
