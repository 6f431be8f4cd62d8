"""The plans in a council's extract: what each names, where the child is placed, and the needs it is for.

Belongs here: NamedPlan, PlanDetail, PlacementDetail and SENneed rows. Does not belong here: requests and assessments
(extract_sen2), reviews (extract_reviews).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import places
from sendjc_pipeline.synthetic.draws import NEVER, noise
from sendjc_pipeline.synthetic.population import World, chance
from sendjc_pipeline.synthetic.tables import dates, record_number


def _place(world: World, cases: pl.DataFrame, area: str, phase: pl.Expr) -> pl.DataFrame:
    """Add URN, UKPRN and SENSetting of the place a plan names: a school, or one of the settings that have no number."""
    who = cases["person"]
    draw = noise(world.seed, f"{area} place", who.to_numpy(), cases.select(phase).to_series().to_numpy())
    u = pl.lit(pl.Series("place", draw))
    special, other = pl.col("setting") == 1, pl.col("setting") == 2
    grown, young = phase == 3, phase == 0
    urn = places.school(pl.lit(cal.LA_CODE[area]), phase, special & ~grown, u)
    post_16 = grown & (u > 0.85)
    setting = (
        pl.when(grown & (u < 0.25)).then(pl.lit("NEET"))
        .when(grown & (u < 0.35)).then(pl.lit("OTH"))
        .when(young & (u < 0.5)).then(pl.lit("EYP"))
        .when(other & (u < 0.2)).then(pl.lit("EHE"))
        .when(other & (u < 0.5)).then(pl.lit("OLA"))
        .when(other & (u < 0.55)).then(pl.lit("OPA"))
    )  # fmt: skip
    return cases.with_columns(SENSetting=setting).with_columns(
        URN=pl.when(pl.col("SENSetting").is_null() & ~post_16).then(urn.cast(pl.String)),
        UKPRN=pl.when(pl.col("SENSetting").is_null() & post_16).then((urn + 19_000_000).cast(pl.String)),
        SENSettingOther=pl.when(pl.col("SENSetting") == "OTH").then(pl.lit("Awaiting a place")),
        SENunitIndicator=u.is_between(0.6, 0.63) & ~special & pl.col("SENSetting").is_null(),
        ResourcedProvisionIndicator=u.is_between(0.64, 0.68) & ~special & pl.col("SENSetting").is_null(),
    )


_PLACE = ("URN", "UKPRN", "SENSetting", "SENSettingOther", "PlacementRank")
_UNITS = ("SENunitIndicator", "ResourcedProvisionIndicator")


def plans(world: World, cases: pl.DataFrame, area: str) -> dict[str, pl.DataFrame]:
    """Make NamedPlan and PlanDetail for issued plans, by table name."""
    who = cases["case"]
    nothing = pl.lit(None, pl.String)
    plan = cases.select(
        "namedplantableid", "assessmenttableid", "person", "case", StartDate="closed",
        PlanRes=pl.when(chance(world, "residential", 0.006, who)).then(pl.lit("A")), PlanWBP=nothing,
        PB=chance(world, "personal budget", cal.area_row("ehc_area", area)["personal_budget"], who),
        OA=chance(world, "organised arrangement", 0.01, who), DP=nothing, CeaseDate="ceased",
        CeaseReason=pl.when(pl.col("ceased").is_not_null()).then("reason"),
    )  # fmt: skip
    age = (pl.col("closed") - pl.col("dob")) / 365.25
    phase = pl.when(age < 4.3).then(0).when(age < 11.3).then(1).when(age < 16.3).then(2).otherwise(3).cast(pl.Int64)
    detail = _place(world, cases, area, phase).select(
        record_number("case", f"{area} detail").alias("plandetailtableid"), "namedplantableid", "person", "case",
        *_PLACE[:4], *_UNITS, PlacementRank=pl.lit("1"),
    )  # fmt: skip
    return {"namedplan": dates(plan, "StartDate", "CeaseDate"), "plandetail": detail}


def active(world: World, cases: pl.DataFrame, area: str, end: int) -> dict[str, pl.DataFrame]:
    """Make PlacementDetail and SENneed for active plans, by table name."""
    phase = places.phase(pl.col("dob"), end)
    entry_age = phase.replace_strict({0: 2.6, 1: 4.5, 2: 11.5, 3: 16.5}, return_dtype=pl.Float64) * 365.25
    entered = pl.max_horizontal(pl.col("dob") + entry_age.cast(pl.Int64), pl.col("closed") - 200)
    placement = _place(world, cases, area, phase).select(
        record_number("case", f"{area} placement").alias("placementdetailtableid"), "activeplanstableid", "person", "case", *_PLACE[:4],
        PlacementRank=pl.lit("1"), EntryDate=pl.when(pl.col("SENSetting").is_null()).then(pl.min_horizontal(entered, pl.lit(end))),
        LeavingDate=pl.lit(NEVER, pl.Int64), **{name: pl.col(name) for name in _UNITS}, RES=pl.lit(None, pl.String), WBP=pl.lit(None, pl.String),
    )  # fmt: skip
    long = cases.select("activeplanstableid", "person", "case", "need_1", "need_2").unpivot(
        ["need_1", "need_2"], index=["activeplanstableid", "person", "case"], variable_name="rank", value_name="SENtype"
    )
    need = long.filter(pl.col("SENtype").is_not_null()).with_columns(pl.col("rank").str.tail(1).cast(pl.Int64))
    need = (
        need.with_columns(key=pl.col("case") * 2 + pl.col("rank"))
        .sort("activeplanstableid", "rank")
        .select(
            record_number("key", f"{area} need").alias("senneedtableid"),
            "activeplanstableid",
            "person",
            "case",
            "SENtype",
            SENtypeRank="rank",
        )
    )
    return {"placementdetail": dates(placement, "EntryDate", "LeavingDate", until=end), "senneed": need}
