"""What a therapy provider sends for a quarter: CSDS tables (ETOS v1.6 names) and the demographics for linkage.

Belongs here: which referrals are in the period (open at any time in it, with all their contacts to date) and what is
recorded of them by its end; the files. Does not belong here: waits (therapy) and appointments (contacts).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import extract_csds, extract_csds_more
from sendjc_pipeline.synthetic.population import World, chance
from sendjc_pipeline.synthetic.tables import ISO, dates, record_number, text, write_csv
from sendjc_pipeline.synthetic.writers_demographics import known_patients, patient_number, school_urn

SYSTEM = {"RHA": "SystmOne", "RTD": "EMIS Web", "RXM": "SystmOne", "RY8": "TPP"}
ETHNIC = {"WBRI": "A", "WIRI": "B", "WIRT": "C", "WROM": "C", "WOTH": "C", "MWBC": "D", "MWBA": "E", "MWAS": "F", "MOTH": "G", "AIND": "H",
          "APKN": "J", "ABAN": "K", "AOTH": "L", "BCRB": "M", "BAFR": "N", "BOTH": "P", "CHNE": "R", "OOTH": "S", "REFU": "Z",
          "NOBT": "99"}  # fmt: skip


def in_period(world: World, provider: str, quarter: Quarter, areas: list[str]) -> pl.DataFrame:
    """Find the provider's referrals of the areas that were open on some day of the quarter, discharge unknown after its end."""
    start, end = cal.day(quarter.start), cal.day(quarter.end)
    mine = world.referrals.filter(pl.col("provider") == provider, pl.col("area_id").is_in(areas))
    return mine.filter(pl.col("received") <= end, pl.col("discharged") >= start).sort("referral")


def csds_tables(
    world: World, contacts: pl.DataFrame, provider: str, quarter: Quarter, areas: list[str], *, reduced: bool = False
) -> dict[str, pl.DataFrame]:
    """Make the seventeen tables of one provider and quarter as text frames, by table name; the seven main ones only if `reduced`."""
    end = cal.day(quarter.end)
    referrals = in_period(world, provider, quarter, areas).with_columns(
        ServiceRequestID=record_number("referral", f"{provider} request"), LocalPatientID=patient_number(provider),
        TeamID_Local=pl.concat_str(pl.lit(provider), "service"), closed=pl.when(pl.col("discharged") <= end).then("discharged"),
    )  # fmt: skip
    request = referrals.select("referral", "ServiceRequestID", "TeamID_Local")
    seen = contacts.filter(pl.col("day") <= end).join(request, on="referral")
    seen = seen.sort("contact").with_columns(CareContactID=record_number("contact", f"{provider} contact", 8))
    tables = {
        "CYP000Header": _header(provider, quarter),
        "CYP001MPI": _patients(world, provider, quarter, referrals),
        "CYP101Referral": extract_csds.referrals(world, referrals, end),
        "CYP102ServiceTypeReferredTo": extract_csds.services(referrals, end),
        "CYP104RTT": extract_csds.rtt(world, provider, referrals, end),
        "CYP201CareContact": extract_csds.contacts(world, seen),
        "CYP202CareActivity": extract_csds.activities(world, provider, seen),
    }
    if not reduced:
        people = known_patients(world, referrals, end).with_columns(LocalPatientID=patient_number(provider))
        told, activities = tables["CYP101Referral"], tables["CYP202CareActivity"]
        tables |= extract_csds_more.more(world, provider, people, referrals, told, activities, end)
    return {name: text(frame, ISO) for name, frame in tables.items()}


def _header(provider: str, quarter: Quarter) -> pl.DataFrame:
    return pl.DataFrame({
        "Version": ["1.6"], "OrgID_Provider": [provider], "OrgID_Submitter": [provider], "RP_StartDate": [quarter.start],
        "RP_EndDate": [quarter.end], "FileCreation_DateTime": [f"{quarter.shift(1).start:%Y-%m}-12T08:30:00"],
        "PrimarySystem": [SYSTEM[provider]],
    })  # fmt: skip


def _patients(world: World, provider: str, quarter: Quarter, referrals: pl.DataFrame) -> pl.DataFrame:
    end = cal.day(quarter.end)
    frame = known_patients(world, referrals, end)
    who = frame["person"]
    known = ~chance(world, f"{provider} no number", 0.05, who)
    urn = pl.concat_str(pl.lit("EE"), school_urn(world, frame, end))
    return dates(
        frame.select(
            LocalPatientID=patient_number(provider), OrgID_LocalPatientID=pl.lit(provider),
            OrgID_EducationEstablishment=urn,
            NHSNumber=pl.when(known).then("nhs_number"),
            NHSNumber_Status=pl.when(known).then(pl.lit("01")).otherwise(pl.lit("04")),
            DateOfBirth="dob", Postcode="postcode", Gender=pl.col("sex").replace({"M": "1", "F": "2"}),
            EthnicCategory=pl.col("ethnicity").replace_strict(ETHNIC),
            ChildLookedAfter_Indicator=pl.when(chance(world, "looked after", 0.02, who)).then(pl.lit("Y")).otherwise(pl.lit("N")),
            EducationAssessment=pl.lit(None, pl.String), PersonDeathDate=pl.when(pl.col("died") <= end).then("died"),
        ).sort("LocalPatientID"),
        "DateOfBirth", "PersonDeathDate",
    )  # fmt: skip


def write(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write one CSV per table; returns rows by file name."""
    return {f"{name}.csv": write_csv(frame, folder / f"{name}.csv") for name, frame in tables.items()}
