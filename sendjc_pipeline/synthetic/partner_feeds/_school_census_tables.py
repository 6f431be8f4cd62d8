"""The tables of a school census about pupils and schools: rolls, needs, free school meals, returns.

Belongs here: typed frames. Does not belong here: who is a pupil (_school_census_pupils), attendance and suspensions (_school_census_events),
headers by term (school_census).
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.partner_feeds._school_census_events import fate
from sendjc_pipeline.synthetic.partner_feeds._school_census_term import CODE, Term
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import dates

_PHASE = {1: "PS", 2: "SS", 5: "SP"}
_THERAPY_NEEDS = ("SLCN", "SLCN", "SLCN", "ASD", "PD", "NSA")
_OTHER_NEEDS = ("SPLD", "MLD", "SEMH", "SEMH", "SLCN", "NSA")


def native(area: str) -> pl.Expr:
    """The number that COLLECT gives a school: authority and establishment."""
    return (cal.LA_CODE[area] * 10_000 + pl.col("estab")).cast(pl.String)


def on_roll(scene: Scene, area: str, pupils: pl.DataFrame) -> pl.DataFrame:
    """Pupilonroll."""
    who, special = pupils["person"], pl.col("estab") >= 5_000
    unit = chance(scene.world, "sen unit", 0.04, who) & (pupils["provision"] == "E")
    resourced = chance(scene.world, "resourced provision", 0.04, who) & (pupils["provision"] == "E") & ~unit
    pale = ~pl.col("known") & (pl.col("provision") == "N")  # of a pupil without SEN the name is not needed
    carer = chance(scene.world, "young carer", 0.012, who)
    return dates(
        pupils.with_columns(
            pupilonrolltableid="key", NativeId=native(area), schoolcensustableid=pl.col("estab"), uniquelearnernumber=pl.when(pl.col("year") > 9).then("uln"),
            surname=pl.when(~pale).then("surname"), forename=pl.when(~pale).then("forename"), entrydate="entry",
            ncyearactual=pl.when(special).then(pl.lit("X")).when(pl.col("year") == 0).then(pl.lit("R")).otherwise(pl.col("year").cast(pl.String)),
            senprovision="provision", senunitindicator=unit & (pupils["estab"] < 5_000), resourcedprovisionindicator=resourced & (pupils["estab"] < 5_000),
            parttime=pl.lit(value=False), hoursatsetting=pl.when(pl.col("year") == 0).then(pl.lit("30")), plaa=pl.lit("N"), servicechild=pl.lit("N"),
            youngcarer=pl.when(pl.lit(carer)).then(pl.lit("S")).otherwise(pl.lit("N")),
        ).sort("key"), "dob", "entrydate",
    )  # fmt: skip


def off_roll(area: str, pupils: pl.DataFrame) -> pl.DataFrame:
    """Pupilnolongeronroll."""
    year = pl.when(pl.col("year") == 0).then(pl.lit("R")).otherwise(pl.col("year").cast(pl.String))
    return dates(
        pupils.with_columns(
            pupilnolongeronrolltableid="key", NativeId=native(area), schoolcensustableid=pl.col("estab"), entrydate="entry",
            leavingdate="until", ncyearleaving=year, parttime=pl.lit(value=False),
        ).sort("key"), "dob", "entrydate", "leavingdate",
    )  # fmt: skip


def needs(scene: Scene, pupils: pl.DataFrame) -> pl.DataFrame:
    """A primary need of every pupil with SEN, and the second one of a plan."""
    some = pupils.filter(pl.col("provision") != "N")
    pick = (pl.Series("u", fate(scene, "need", some["person"])) * 6).floor().cast(pl.Int64)
    guess = (
        pl.when(pl.col("therapy"))
        .then(pl.lit(pl.Series(_THERAPY_NEEDS).gather(pick)))
        .otherwise(pl.lit(pl.Series(_OTHER_NEEDS).gather(pick)))
    )
    is_plan = pl.col("provision") == "E"
    first = pl.coalesce("need_1", guess).replace({"DS": "MLD", "unknown": "OTH"})
    first = pl.when(is_plan & (first == "NSA")).then(pl.lit("MLD")).otherwise(first)
    second = pl.when(is_plan).then(pl.col("need_2").replace({"DS": "MLD"}))
    some = some.with_columns(first.alias("1"), second.alias("2"))
    long = some.unpivot(["1", "2"], index=["key"], variable_name="sentyperank", value_name="sentype").filter(
        pl.col("sentype").is_not_null()
    )
    return long.unique(["key", "sentype"], keep="first", maintain_order=True).sort("key", "sentyperank").with_columns(
        pl.int_range(1, pl.len() + 1).alias("senneedstableid")
    ).rename({"key": "pupilonrolltableid"})  # fmt: skip


def meals(scene: Scene, term: Term, pupils: pl.DataFrame) -> pl.DataFrame:
    """Free school meals: about a quarter of pupils, some of them only for a while."""
    main = pupils.filter(pl.col("enrolstatus") != "S")
    some = main.filter(chance(scene.world, "free school meals", 0.26, main["person"]))
    ended = chance(scene.world, "meals ended", 0.3, some["person"])
    start = pl.col("dob") + 5 * 365
    return dates(
        some.with_columns(
            fsmperiodtableid=pl.int_range(1, pl.len() + 1), fsmperiodsonrolltableid=pl.int_range(1, pl.len() + 1),
            pupilonrolltableid="key", fsmstartdate=pl.min_horizontal(start, pl.lit(term.census - 30)), ukcountry=pl.lit("ENG"),
            fsmenddate=pl.when(pl.lit(ended) & (start + 700 < term.census)).then(start + 700),
        ), "fsmstartdate", "fsmenddate",
    )  # fmt: skip


def schools(term: Term, area: str, on_roll: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The returns of the schools and the schools themselves, by table name."""
    every = on_roll.select("estab").unique().sort("estab")
    base = every.with_columns(NativeId=native(area), schoolcensustableid=pl.col("estab"))
    oldest = (pl.col("estab") // 1_000).replace_strict({1: "6", 2: "13", 5: "13"})
    return {
        "schoolcensus": base.with_columns(
            term=pl.lit(CODE[term.name]), year=pl.lit(term.day.year), referencedate=pl.lit(term.day), lea=pl.lit(str(cal.LA_CODE[area])),
            datetime=pl.lit(f"{term.day + timedelta(days=21):%Y-%b-%d} 09:00:00"),
        ),
        "school": base.with_columns(
            schooltableid=pl.col("estab"), phase=(pl.col("estab") // 1_000).replace_strict(_PHASE), highestncyeargroup=oldest,
            lowestncyeargroup=pl.when(pl.col("estab") // 1_000 == 2).then(pl.lit("7")).otherwise(pl.lit("R")),
        ),
    }  # fmt: skip
