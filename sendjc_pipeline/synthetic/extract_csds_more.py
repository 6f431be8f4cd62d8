"""The ten CSDS tables that a provider may leave out: GP, further reasons, onward referrals, needs, disabilities, diagnoses, scores.

Belongs here: CYP002, 103, 105, 401, 602, 606, 607, 608, 609 and 612 as typed frames, of the patients, referrals and activities of the other
seven. Does not belong here: those seven (extract_csds), and the files (writers_csds). No row here moves a waiting time.

The world has no community paediatric team (type 06), under which alone suspected autism is recorded as SNOMED CT 401204006; the therapy
teams record it by ICD-10, which the guidance allows instead (domain/sources.md 3.3).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.population import World, chance
from sendjc_pipeline.synthetic.tables import dates

# The national code list of needs is not public: the numbers, in the order of the SEN2 list, are ours.
_NEEDS = ("SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "OTH", "DS")
_NEED_CODE = {need: f"{number:02}" for number, need in enumerate(_NEEDS, 1)}
_DISABILITY = {"SEMH": "01", "HI": "02", "MLD": "04", "SLD": "04", "PMLD": "04", "DS": "04", "ASD": "04", "PD": "05", "VI": "09"}  # fmt: skip
_RECEIVER = {"RHA": "NR3", "RTD": "RX4", "RXM": "RY8", "RY8": "RXM"}
_PRACTICES = 40  # of an area, in numbers that no practice bears
_ICD, _SNOMED = "02", "06"
_AUTISM, _ATTENTION = "F840", "406506008"
_SPEECH, _MOTOR, _LEARNING = ("F801", "F802", "F809"), "F82", "F819"
_STRENGTHS = "718458005"  # SNOMED CT concept of a strengths and difficulties score


def more(
    world: World,
    provider: str,
    people: pl.DataFrame,
    referrals: pl.DataFrame,
    told: pl.DataFrame,
    activities: pl.DataFrame,
    end: int,
) -> dict[str, pl.DataFrame]:
    """Make the ten tables, by table name.

    Args:
        world: the world.
        provider: who sends them.
        people: `persons` columns and LocalPatientID, one row per patient.
        referrals: as writers_csds has them, with ServiceRequestID and closed (null while open).
        told: CYP101Referral.
        activities: CYP202CareActivity.
        end: last day of the period.

    """
    treated = referrals.filter(pl.col("treated") <= end)
    main = _primary(
        world, treated.join(people.select("person", "need_1"), on="person", how="left", maintain_order="left")
    )
    return {
        "CYP002GP": _practices(world, people, end),
        "CYP103OtherReasonReferral": _reasons(world, referrals, told),
        "CYP105OnwardReferral": _onward(world, provider, referrals),
        "CYP401SpEdNeedId": _needs(world, people),
        "CYP602DisabilityType": _disabilities(world, people),
        "CYP606ProvDiag": _provisional(world, referrals),
        "CYP607PrimDiag": dates(main.select("ServiceRequestID", "Diagnosis_Scheme", "PrimaryDiagnosis", PrimaryDiagnosis_Date="treated"),
                                "PrimaryDiagnosis_Date"),
        "CYP608SecDiag": _secondary(world, main, end),
        "CYP609CodedAssessmentReferral": _scored(world, treated),
        "CYP612CodedAssessmentContact": _scored_in_contact(world, activities),
    }  # fmt: skip


def _u(world: World, salt: str, who: pl.Series) -> pl.Expr:
    return pl.lit(pl.Series(salt, noise(world.seed, f"csds {salt}", who.to_numpy().astype(np.int64))))


def _practices(world: World, people: pl.DataFrame, end: int) -> pl.DataFrame:
    """CYP002GP: the practice since soon after birth; some children have changed to another since."""
    who = people["person"]
    first = pl.col("dob") + 20 + (_u(world, "registered", who) * 200).floor().cast(pl.Int64)
    moved = pl.col("dob") + 400 + (_u(world, "changed practice", who) * 3000).floor().cast(pl.Int64)
    changed = pl.lit(chance(world, "another practice", 0.2, who)) & (moved <= end)
    number = (_u(world, "practice", who) * _PRACTICES).floor().cast(pl.Int64)
    la_code = pl.col("area_id").replace_strict(cal.LA_CODE, return_dtype=pl.Int64)
    known = people.with_columns(first=first, moved=moved, changed=changed, number=la_code * 100 + number)
    code = pl.concat_str(pl.lit("Z"), pl.col("number").cast(pl.String))
    then = known.select("LocalPatientID", OrgID_GP=code, GPRegistration_StartDate="first",
                        GPRegistration_EndDate=pl.when("changed").then(pl.col("moved") - 1))  # fmt: skip
    now = known.filter("changed").with_columns(number=pl.col("number") + _PRACTICES).select(
        "LocalPatientID", OrgID_GP=code, GPRegistration_StartDate="moved", GPRegistration_EndDate=pl.lit(None, pl.Int64)
    )  # fmt: skip
    rows = pl.concat([then, now]).sort("LocalPatientID", "GPRegistration_StartDate")
    return dates(rows, "GPRegistration_StartDate", "GPRegistration_EndDate")


def _reasons(world: World, referrals: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """CYP103OtherReasonReferral: of one referral in eight."""
    some = referrals.filter(chance(world, "csds second reason", 0.125, referrals["referral"]))
    rows = told.join(some.select("ServiceRequestID"), on="ServiceRequestID", how="semi")
    other = pl.when(pl.col("PrimaryReferralReason") == "017").then(pl.lit("099")).otherwise(pl.lit("017"))
    return rows.select("ServiceRequestID", ReferralReason_Other=other).sort("ServiceRequestID")


def _onward(world: World, provider: str, referrals: pl.DataFrame) -> pl.DataFrame:
    """CYP105OnwardReferral: of 8 % of those that have ended, on the last day."""
    ended = referrals.filter(
        pl.col("closed").is_not_null() & chance(world, "csds referred on", 0.08, referrals["referral"])
    )
    rows = ended.select("ServiceRequestID", Onward_ReferralDate="closed", Onward_ReferralReason=pl.lit("01"),
                        OrgID_Receiving=pl.lit(_RECEIVER[provider]))  # fmt: skip
    return dates(rows.sort("ServiceRequestID"), "Onward_ReferralDate")


def _needs(world: World, people: pl.DataFrame) -> pl.DataFrame:
    """CYP401SpEdNeedId: the needs that a council found, of those children of whom the provider was told."""
    heard = people.filter(chance(world, "need known to health", 0.6, people["person"]))
    long = heard.unpivot(["need_1", "need_2"], index="LocalPatientID", value_name="need").drop_nulls("need")
    code = pl.col("need").replace_strict(_NEED_CODE, default=_NEED_CODE["OTH"])
    rows = long.select("LocalPatientID", EducationNeed_Type=code)
    return rows.unique(maintain_order=True).sort("LocalPatientID", "EducationNeed_Type")


def _disabilities(world: World, people: pl.DataFrame) -> pl.DataFrame:
    """CYP602DisabilityType: of four in ten patients; that there is none (NN) is said of one in twelve."""
    u = _u(world, "disability", people["person"])
    first = pl.col("need_1").replace_strict(_DISABILITY, default="10")
    asked = people.with_columns(u.alias("u"), impact=_u(world, "impact", people["person"]))
    some = asked.filter(pl.col("u") < 0.4).with_columns(Disability=first)
    both = some.filter(pl.col("u") < 0.06).with_columns(Disability=pl.lit("07"))
    none = asked.filter(pl.col("u") > 1 - 1 / 12).with_columns(Disability=pl.lit("NN"))
    impact = pl.when(pl.col("impact") < 0.5).then(pl.lit("01")).otherwise(pl.lit("02"))
    rows = pl.concat([some, both, none]).select(
        "LocalPatientID", "Disability", DisabilityImpactPerception=pl.when(pl.col("Disability") != "NN").then(impact)
    )
    return rows.sort("LocalPatientID", "Disability")


def _provisional(world: World, referrals: pl.DataFrame) -> pl.DataFrame:
    """CYP606ProvDiag: of 5 % of referrals, on the day received: autism, else attention deficit."""
    some = referrals.filter(chance(world, "suspected", 0.05, referrals["referral"]))
    autism = pl.lit(chance(world, "suspected autism", 0.7, some["referral"]))
    rows = some.select(
        "ServiceRequestID", Diagnosis_Scheme=pl.when(autism).then(pl.lit(_ICD)).otherwise(pl.lit(_SNOMED)),
        ProvisionalDiagnosis=pl.when(autism).then(pl.lit(_AUTISM)).otherwise(pl.lit(_ATTENTION)), ProvisionalDiagnosis_Date="received",
    )  # fmt: skip
    return dates(rows.sort("ServiceRequestID"), "ProvisionalDiagnosis_Date")


def _primary(world: World, treated: pl.DataFrame) -> pl.DataFrame:
    """Of three in ten treated referrals, on the day of the first treatment; keeps the columns of `treated`."""
    some = treated.filter(chance(world, "diagnosed", 0.3, treated["referral"]))
    pick = (_u(world, "which", some["referral"]) * len(_SPEECH)).floor().cast(pl.Int64)
    by_service = (
        pl.when(pl.col("service") == "SLT").then(pl.lit(list(_SPEECH)).list.get(pick)).otherwise(pl.lit(_MOTOR))
    )
    autistic = (pl.col("need_1") == "ASD").fill_null(value=False)
    return some.with_columns(
        Diagnosis_Scheme=pl.lit(_ICD), PrimaryDiagnosis=pl.when(autistic).then(pl.lit(_AUTISM)).otherwise(by_service)
    ).sort("ServiceRequestID")  # fmt: skip


def _secondary(world: World, main: pl.DataFrame, end: int) -> pl.DataFrame:
    """CYP608SecDiag: beside the primary one of four in ten, three weeks after it."""
    some = main.filter(chance(world, "second diagnosis", 0.4, main["referral"]) & (main["treated"] + 21 <= end))
    attention = pl.lit(chance(world, "second is attention", 0.5, some["referral"]))
    rows = some.select(
        "ServiceRequestID", Diagnosis_Scheme=pl.when(attention).then(pl.lit(_SNOMED)).otherwise(pl.lit(_ICD)),
        SecondaryDiagnosis=pl.when(attention).then(pl.lit(_ATTENTION)).otherwise(pl.lit(_LEARNING)),
        SecondaryDiagnosis_Date=pl.col("treated") + 21,
    )  # fmt: skip
    return dates(rows, "SecondaryDiagnosis_Date")


def _scored(world: World, treated: pl.DataFrame) -> pl.DataFrame:
    """CYP609CodedAssessmentReferral: of four in ten, on the day of the first treatment."""
    some = treated.filter(chance(world, "scored", 0.4, treated["referral"]))
    rows = some.select(
        "ServiceRequestID", SNOMED_ID=pl.lit(_STRENGTHS), Score=_score(world, some["referral"]), AssessmentCompletion_Date="treated"
    )  # fmt: skip
    return dates(rows.sort("ServiceRequestID"), "AssessmentCompletion_Date")


def _scored_in_contact(world: World, activities: pl.DataFrame) -> pl.DataFrame:
    """CYP612CodedAssessmentContact: of half the activities that were assessments."""
    number = pl.col("CareActivityID").cast(pl.Int64)
    found = activities.filter(pl.col("Activity_Type") == "02").with_columns(number=number).sort("number")
    some = found.filter(chance(world, "scored in contact", 0.5, found["number"]))
    return some.select("CareActivityID", SNOMED_ID=pl.lit(_STRENGTHS), Score=_score(world, some["number"]))


def _score(world: World, keys: pl.Series) -> pl.Expr:
    return (10 + _u(world, "score", keys) * 25).floor().cast(pl.Int64).cast(pl.String)
