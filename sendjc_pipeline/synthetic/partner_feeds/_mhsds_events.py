"""The MHSDS tables about what happened under a referral: teams, periods, contacts, activities, diagnoses, scores.

Belongs here: typed frames. Does not belong here: who is referred and seen (_mhsds_referrals), headers by version (mhsds).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic.partner_feeds import _mhsds_referrals as model
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import dates, record_number

_ASSESSMENT, _INTERVENTION = "1108261000000102", "1107011000000105"
_STRENGTHS = "718458005"  # SNOMED CT concept of a strengths and difficulties score


def services(provider: str, referrals: pl.DataFrame, *, is_v6: bool) -> pl.DataFrame:
    """In version 5 every team, the first among them; in version 6 other teams only, here the single point of access."""
    access = referrals.filter("twice").with_columns(first_team=pl.lit(f"{provider}A18"), team=pl.lit("A18"))
    rows = access if is_v6 else pl.concat([referrals, access])
    return dates(
        rows.select(
            "ServiceRequestID", OtherCareProfTeamLocalID="first_team", ServTeamTypeRefToMH="team", ReferClosureDate="discharged",
            ReferRejectionDate="rejected", ReferClosReason=pl.when(pl.col("discharged").is_not_null()).then(pl.lit("01")),
            ReferRejectReason=pl.when(pl.col("rejected").is_not_null()).then(pl.lit("02")),
        ).sort("ServiceRequestID", "OtherCareProfTeamLocalID"), "ReferClosureDate", "ReferRejectionDate",
    )  # fmt: skip


def reasons(scene: Scene, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS103OtherReasonReferral, of some."""
    some = referrals.filter(chance(scene.world, "second reason", 0.15, referrals["person"]))
    return some.select(
        "ServiceRequestID",
        OtherReasonReferMH=pl.when(pl.col("reason") == "24").then(pl.lit("05")).otherwise(pl.lit("24")),
    )


def periods(provider: str, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS104RTT: one waiting period per referral."""
    status = (
        pl.when(pl.col("seen").is_not_null())
        .then(pl.lit("30"))
        .when(pl.col("rejected").is_not_null())
        .then(pl.lit("34"))
    )
    return dates(
        referrals.select(
            "ServiceRequestID", PatPathID=record_number("person", f"{provider} pathway mental health", 8), WaitTimeMeasureType=pl.lit("01"),
            ReferToTreatPeriodStartDate="received", ReferToTreatPeriodEndDate=pl.coalesce("seen", "rejected"),
            ReferToTreatPeriodStatus=status.otherwise(pl.lit("20")),
        ).sort("ServiceRequestID"), "ReferToTreatPeriodStartDate", "ReferToTreatPeriodEndDate",
    )  # fmt: skip


def onward(scene: Scene, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS105OnwardReferral, of some who were discharged."""
    on = referrals.filter(
        pl.col("discharged").is_not_null() & chance(scene.world, "referred on", 0.3, referrals["person"])
    )
    return dates(
        on.select(
            "ServiceRequestID", DecisionToReferDate=pl.col("discharged") - 7, OnwardReferDate="discharged", OnwardReferReason=pl.lit("01"),
            OrgIDReceiving=pl.lit("RY8"),
        ), "DecisionToReferDate", "OnwardReferDate",
    )  # fmt: skip


def contacts(scene: Scene, provider: str, referrals: pl.DataFrame, *, is_v6: bool) -> pl.DataFrame:
    """MHS201CareContact."""
    rows = model.contacts(scene, referrals).join(
        referrals.select("person", "ServiceRequestID", "first_team", "twice"), on="person", maintain_order="left"
    )
    rows = rows.with_columns(number=pl.col("person") * 4 + pl.col("n"), cancelled=pl.col("status").is_in(["2", "4"]))
    # Version 6 names a team only where it is not the referral's first one.
    other = pl.when(pl.col("twice") & (pl.col("n") == 1)).then(pl.lit(f"{provider}A18"))
    return dates(
        rows.select(
            "ServiceRequestID", CareContactID=record_number("number", f"{provider} contact mental health", 8), CareContDate="day",
            OtherCareProfTeamLocalID=other if is_v6 else pl.col("first_team"),
            ConsType=pl.when(pl.col("n") == 0).then(pl.lit("01")).otherwise(pl.lit("02")),
            ConsMechanismMH=pl.when(pl.col("number") % 5 == 0).then(pl.lit("11")).otherwise(pl.lit("01")), AttendStatus="status",
            CareContCancelDate=pl.when("cancelled").then(pl.col("day") - 2), CareContCancelReas=pl.when("cancelled").then(pl.lit("01")),
        ), "CareContDate", "CareContCancelDate",
    )  # fmt: skip


def activities(contacts: pl.DataFrame) -> pl.DataFrame:
    """MHS202CareActivity: one in each contact that was held."""
    held = contacts.filter(pl.col("AttendStatus").is_in(["5", "6"]))
    first = pl.col("ConsType") == "01"
    return held.select(
        CareActID=pl.concat_str(pl.lit("A"), "CareContactID"), CareContactID="CareContactID",
        ClinContactDurOfCareAct=pl.when(first).then(90).otherwise(50), Procedure=pl.when(first).then(pl.lit(_ASSESSMENT)).otherwise(pl.lit(_INTERVENTION)),
    )  # fmt: skip


def findings(scene: Scene, referrals: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Diagnoses and assessment scores, by table name: autism, attention deficit beside it for some, and a score at the first contact."""

    def stamped(rows: pl.DataFrame, day: str, **columns: pl.Expr) -> pl.DataFrame:
        when = pl.from_epoch(pl.col(day), time_unit="d").dt.strftime("%Y-%m-%dT10:30:00")
        return rows.select(
            "ServiceRequestID", *(expression.alias(name) for name, expression in columns.items()), stamp=when
        )

    found = referrals.filter(pl.col("diagnosed").is_not_null())
    both = found.filter(chance(scene.world, "attention deficit", 0.3, found["person"]))
    scored = referrals.filter(pl.col("seen").is_not_null())
    score = (10 + pl.col("person") % 25).cast(pl.String)
    main = stamped(found, "diagnosed", DiagSchemeInUse=pl.lit("02"), PrimDiag=pl.lit("F840"))
    second = stamped(both, "diagnosed", DiagSchemeInUse=pl.lit("06"), SecDiag=pl.lit("406506008"))
    return {
        "mhs604primdiag": main.rename({"stamp": "CodedDiagTimestamp"}),
        "mhs605secdiag": second.rename({"stamp": "CodedDiagTimestamp"}),
        "mhs606codedscoreassessmentrefer": stamped(
            scored, "seen", CodedAssToolType=pl.lit(_STRENGTHS), PersScore=score
        ).rename({"stamp": "AssToolCompTimestamp"}),
    }
