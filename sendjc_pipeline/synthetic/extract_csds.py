"""The CSDS tables about referrals and contacts, as a provider has them by the end of a quarter.

Belongs here: CYP101, 102, 104, 201 and 202 as typed frames. Does not belong here: which referrals are in the period, the
patients, and the files (writers_csds).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.contacts import RTT_PROVIDERS
from sendjc_pipeline.synthetic.draws import NEVER, noise
from sendjc_pipeline.synthetic.population import World, chance
from sendjc_pipeline.synthetic.tables import dates, record_number

TEAM_TYPE = {"SLT": "33", "OT": "23"}
RTT_EXIT = {
    "rejected": "34",
    "dna_first": "33",
    "opted_out": "35",
    "assessed_only": "34",
    "duplicate": "34",
    "died": "36",
}


def referrals(world: World, referrals: pl.DataFrame, end: int) -> pl.DataFrame:
    """Make CYP101Referral, one row per referral."""
    u = pl.Series("u", noise(world.seed, "referred by", referrals["referral"].to_numpy()))
    commissioner = pl.col("area_id").replace_strict(cal.SUB_ICB)
    return dates(
        referrals.with_columns(u).select(
            "ServiceRequestID", "LocalPatientID", OrgID_Commissioner=commissioner, ReferralRequest_ReceivedDate="received",
            SourceOfReferral=pl.lit(["01", "02", "03", "04", "06"]).list.get((pl.col("u") * 5).floor().cast(pl.Int64)),
            PrimaryReferralReason=pl.when(pl.col("u") < 0.9).then(pl.lit("017")).otherwise(pl.lit("099")),
            Discharge_Date="closed", Discharge_LetterIssuedDate=pl.when(pl.col("u") < 0.8).then(pl.col("closed") + 3),
        ).sort("ServiceRequestID"),
        "ReferralRequest_ReceivedDate", "Discharge_Date", "Discharge_LetterIssuedDate", until=end,
    )  # fmt: skip


def services(referrals: pl.DataFrame, end: int) -> pl.DataFrame:
    """Make CYP102ServiceTypeReferredTo, one team per referral."""
    rejected = pl.col("exit") == "rejected"
    reason = pl.when(pl.col("closed").is_null() | rejected).then(None)
    return dates(
        referrals.select(
            "ServiceRequestID", "TeamID_Local", TeamType=pl.col("service").replace_strict(TEAM_TYPE),
            Referral_ClosureDate=pl.when(~rejected).then("closed"), Referral_RejectionDate=pl.when(rejected).then("closed"),
            Referral_ClosureReason=reason.when(pl.col("treated") < NEVER).then(pl.lit("01")).otherwise(pl.lit("02")),
            Referral_RejectionReason=pl.when(rejected & pl.col("closed").is_not_null()).then(pl.lit("01")),
        ).sort("ServiceRequestID"),
        "Referral_ClosureDate", "Referral_RejectionDate", until=end,
    )  # fmt: skip


def rtt(world: World, provider: str, referrals: pl.DataFrame, end: int) -> pl.DataFrame:
    """Make CYP104RTT: the waiting period of a referral, ended when known to have ended."""
    kept = referrals.filter(chance(world, "rtt row", 1.0 if provider in RTT_PROVIDERS else 0.4, referrals["referral"]))
    stop = pl.min_horizontal("treated", "discharged")
    how = pl.when(pl.col("treated") <= end).then(pl.lit("30")).when(pl.col("discharged") <= end)
    return dates(
        kept.select(
            "ServiceRequestID", PatientPathwayID=record_number("referral", f"{provider} pathway"), WaitingTime_MeasurementType=pl.lit("01"),
            RTT_StartDate="received", RTT_EndDate=stop,
            RTT_Status=how.then(pl.col("exit").replace_strict(RTT_EXIT, default="34")).otherwise(pl.lit("20")),
        ).sort("ServiceRequestID"),
        "RTT_StartDate", "RTT_EndDate", until=end,
    )  # fmt: skip


def contacts(world: World, seen: pl.DataFrame) -> pl.DataFrame:
    """Make CYP201CareContact, one row per appointment up to the end of the period."""
    u = pl.Series("u", noise(world.seed, "how seen", seen["contact"].to_numpy()))
    how = pl.when(pl.col("kind") == 3).then(pl.lit("02")).when(pl.col("u") < 0.8).then(pl.lit("01"))
    first = pl.col("contact") == pl.col("contact").min().over("referral")
    return dates(
        seen.with_columns(u).select(
            "CareContactID", "ServiceRequestID", "TeamID_Local", Contact_Date="day",
            Consultation_Type=pl.when(first).then(pl.lit("01")).otherwise(pl.lit("02")),
            ConsMechanism=how.when(pl.col("u") < 0.9).then(pl.lit("11")).otherwise(pl.lit("02")), AttendanceStatus="status",
            Contact_CancellationDate=pl.when(pl.col("status").is_in(["2", "4"])).then(pl.col("day") - 1),
        ),
        "Contact_Date", "Contact_CancellationDate",
    )  # fmt: skip


def activities(world: World, provider: str, seen: pl.DataFrame) -> pl.DataFrame:
    """Make CYP202CareActivity, one or two rows per attended appointment."""
    both = seen.select("contact", "CareContactID", "TeamID_Local", "activity", "second").unpivot(
        ["activity", "second"],
        index=["contact", "CareContactID", "TeamID_Local"],
        variable_name="which",
        value_name="Activity_Type",
    )
    rows = (
        both.filter(pl.col("Activity_Type").is_not_null())
        .with_columns(key=pl.col("contact") * 2 + (pl.col("which") == "second").cast(pl.Int64))
        .sort("key")
    )
    who = (noise(world.seed, "seen by", rows["contact"].to_numpy()) * 24).astype("int64") + 1
    return rows.select(
        CareActivityID=record_number("key", f"{provider} activity", 8), CareContactID="CareContactID", Activity_Type="Activity_Type",
        CareProfessionalID_Local=pl.concat_str("TeamID_Local", pl.Series(who).cast(pl.String).str.zfill(2)),
    )  # fmt: skip
