"""The MHSDS tables about patients: index, indicators, care plans.

Belongs here: typed frames. Does not belong here: who is referred (_mhsds_referrals), headers by version (mhsds).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import dates, record_number
from sendjc_pipeline.synthetic.writers_csds import ETHNIC
from sendjc_pipeline.synthetic.writers_demographics import known_patients, patient_number, school_urn


def patients(scene: Scene, provider: str, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS001MPI: no names; numbers missing for the same children as in the provider's other feeds."""
    frame = known_patients(scene.world, referrals, scene.end)
    known = ~chance(scene.world, f"{provider} no number", 0.05, frame["person"])
    return dates(
        frame.select(
            LocalPatientID=patient_number(provider), OrgIDLocalPatientID=pl.lit(provider),
            OrgIDEduEstab=pl.concat_str(pl.lit("EE"), school_urn(scene.world, frame, scene.end)),
            NHSNumber=pl.when(known).then("nhs_number"), NHSNumberStatus=pl.when(known).then(pl.lit("01")).otherwise(pl.lit("04")),
            PersonBirthDate="dob", Postcode="postcode", Gender=pl.col("sex").replace({"M": "1", "F": "2"}),
            EthnicCategory=pl.col("ethnicity").replace_strict(ETHNIC),
        ).sort("LocalPatientID"), "PersonBirthDate",
    )  # fmt: skip


def indicators(scene: Scene, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS005PatInd."""
    who, autism = referrals["person"], pl.col("reason") == "25"
    cared = pl.lit(chance(scene.world, "looked after", 0.02, who))
    yes, no = pl.lit("Y"), pl.lit("N")
    return referrals.select(
        "LocalPatientID", ConstSuperReqDueToDis=no, LACStatus=pl.when(cared).then(yes).otherwise(no), LACLegalStatus=pl.when(cared).then(pl.lit("C2")),
        YoungCarer=pl.when(pl.lit(chance(scene.world, "young carer", 0.012, who))).then(yes).otherwise(no),
        ReasonableAdjustmentInd=pl.when(autism).then(yes).otherwise(no), LDStatus=pl.when(pl.col("reason") == "30").then(pl.lit("1")).otherwise(pl.lit("X")),
        AutismStatus=pl.when(autism & pl.col("diagnosed").is_not_null()).then(pl.lit("1")).when(autism).then(pl.lit("2")).otherwise(pl.lit("X")),
    ).sort("LocalPatientID")  # fmt: skip


def plans(provider: str, referrals: pl.DataFrame) -> pl.DataFrame:
    """MHS008CarePlanType: a plan soon after the first contact."""
    made = referrals.filter(pl.col("planned").is_not_null())
    return dates(
        made.select(
            "LocalPatientID", CarePlanID=record_number("person", f"{provider} care plan", 8), CarePlanTypeMH=pl.lit("10"), CarePlanCreatDate="planned",
            CarePlanImplementDate="planned",
        ), "CarePlanCreatDate", "CarePlanImplementDate",
    )  # fmt: skip
