"""Who is on a council's school rolls on census day, and who left in the term before.

Belongs here: pupils with their school, year group and SEN provision: children of the world (those whom a council or a therapy service
knows), and half as many others, who are in no other feed; of those without SEN a sample, so that the files stay small. Does not belong
here: attendance and suspensions (_school_census_events).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import identifiers, names, places
from sendjc_pipeline.synthetic.draws import NEVER, Draws, noise
from sendjc_pipeline.synthetic.partner_feeds._school_census_term import Term
from sendjc_pipeline.synthetic.population import address, chance
from sendjc_pipeline.synthetic.scene import Scene

OTHERS = 0.5  # pupils whom nobody else knows, for each one in the world
WITHOUT_SEN = 0.2  # of pupils without SEN, besides those who leave within a year
FIRST_OTHER = 10_000_000  # their numbers, beyond any row of world.persons
SIXTH_FORM, OFF_ROLL_PLAN_SETTING = 0.45, 2
_COLUMNS = (
    "person",
    "upn",
    "uln",
    "surname",
    "forename",
    "dob",
    "sex",
    "ethnicity",
    "setting",
    "need_1",
    "need_2",
    "known",
    "until",
)


def pupils(scene: Scene, area: str, term: Term) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pupils on roll and pupils who left in the term told.

    Both: person, upn, uln, surname, forename, dob, sex, ethnicity, known (of the world), year (0 is reception), estab, entry, until, provision
    (N, K, E), therapy, need_1, need_2.
    """
    everyone = pl.concat([_known(scene, area, term), _others(scene, area, term)])
    placed = _placed(scene, area, term, everyone)
    on_roll = placed.filter(pl.col("until") >= term.census, pl.col("entry") <= term.census)
    left = placed.filter(pl.col("until").is_between(term.first, term.told), pl.col("entry") < term.first)
    return on_roll.sort("person"), left.sort("person")


def _known(scene: Scene, area: str, term: Term) -> pl.DataFrame:
    """Children of the world who live in the area, or moved away in the term told."""
    alive = scene.world.persons.filter(pl.col("died") > term.census)
    now = address(scene.world, term.census).filter(pl.col("residence") == area).select("person", until=pl.lit(NEVER))
    then = scene.world.residences.filter(pl.col("area_id") == area, pl.col("until").is_between(term.first, term.told))
    gone = then.select("person", pl.col("until").cast(pl.Int32)).join(now, on="person", how="anti")
    where = pl.concat([now, gone.unique("person", keep="last", maintain_order=True)])
    return alive.join(where, on="person").with_columns(known=pl.lit(value=True)).select(_COLUMNS)


def _others(scene: Scene, area: str, term: Term) -> pl.DataFrame:
    """Pupils who are in no other feed: the same in every census, and a few of them leave in any term."""
    world, la_code = scene.world, cal.LA_CODE[area]
    draws = Draws(world.seed, "other pupils", area)
    at_school = world.persons.filter(
        pl.col("area_id") == area, (pl.lit(cal.day(cal.CENSUS_DAY)) - pl.col("dob")).is_between(4 * 365, 18 * 365)
    )
    first, last = cal.FIRST_YEAR - 19, cal.LAST_YEAR - 5
    size = round(OTHERS * at_school.height / 14 * (last - first + 1))
    born = cal.day(cal.EPOCH.replace(year=first)) + draws.whole(0, (last - first + 1) * 365, size)
    number = np.arange(size, dtype=np.int64)
    year = pl.from_epoch(pl.Series(born), time_unit="d").dt.year().to_numpy().astype(np.int64) + 4
    digits = ((la_code * 10_000 + 4_000 + number // 1_000) * 100 + year % 100) * 1_000 + number % 1_000
    letters = np.array(list(identifiers.UPN_ALPHABET))[identifiers.upn_check_letter(digits)]
    male, u = draws.chance(0.51, size), draws.uniform(size)
    given = pl.when(pl.Series(male)).then(_pick(names.MALE, u)).otherwise(_pick(names.FEMALE, u))
    groups, share = cal.mix(area, "ethnicity")
    leaves = np.where(draws.chance(0.7, size), born + draws.whole(5 * 365, 16 * 365, size), NEVER)
    frame = pl.DataFrame({
        "person": FIRST_OTHER + cal.AREAS.index(area) * 1_000_000 + number, "letter": letters, "digits": digits, "dob": born, "until": leaves,
        "ethnicity": pl.Series(groups).gather(draws.index(share, size)),
    }, schema_overrides={"until": pl.Int32})  # fmt: skip
    nothing = pl.lit(None, pl.String)
    return frame.with_columns(
        upn=pl.concat_str("letter", pl.col("digits").cast(pl.String)), uln=pl.lit(None, pl.Int64), forename=given,
        surname=_pick(names.SURNAMES, draws.uniform(size)), sex=pl.when(pl.Series(male)).then(pl.lit("M")).otherwise(pl.lit("F")),
        setting=pl.lit(0, pl.Int64), need_1=nothing, need_2=nothing, known=pl.lit(value=False),
    ).filter(pl.col("until") >= term.first).select(_COLUMNS)  # fmt: skip


def _pick(items: list[str], u: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pl.Series:
    return pl.Series(items).gather((u * len(items)).astype(np.int64))


def _placed(scene: Scene, area: str, term: Term, people: pl.DataFrame) -> pl.DataFrame:
    """Those of school age, with year group, school and provision."""
    world, who = scene.world, people["person"]
    birth = pl.from_epoch("dob", time_unit="d")
    cohort = birth.dt.year() - (birth.dt.month() < 9).cast(pl.Int32)  # born from September 2009 on: reception in 2014
    people = people.with_columns(
        year=(term.start_year - 5 - cohort).cast(pl.Int64), stays=chance(world, "sixth form", SIXTH_FORM, who),
        plan=who.is_in(_persons(world.cases, term.census, ("Y",)).implode()),
        asked=who.is_in(_persons(world.cases, term.census, ("Y", "N", "")).implode()),
        therapy=who.is_in(world.referrals.filter(pl.col("received") <= term.census)["person"].unique().implode()),
    )  # fmt: skip
    people = people.filter(
        pl.col("year").is_between(0, 13), (pl.col("year") < 12) | pl.col("stays"),
        ~(pl.col("plan") & (pl.col("setting") == OFF_ROLL_PLAN_SETTING)),
    )  # fmt: skip
    who = people["person"]
    phase = pl.when(pl.col("year") < 7).then(pl.lit(1, pl.Int64)).otherwise(pl.lit(2, pl.Int64))
    stage = people.select(phase).to_series().to_numpy()
    pick = pl.lit(pl.Series("pick", noise(world.seed, "school", who.to_numpy(), stage)))
    special = pl.col("plan") & (pl.col("setting") == 1)
    u = pl.Series("u", noise(world.seed, "school census provision", who.to_numpy()))
    mild = pl.when(pl.col("therapy")).then(pl.lit(0.35)).otherwise(pl.lit(0.08))
    usual = (
        pl.when(pl.col("plan"))
        .then(pl.lit("E"))
        .when(pl.col("asked") & (u < 0.85) | (u < mild))
        .then(pl.lit("K"))
        .otherwise(pl.lit("N"))
    )
    # A few schools have not heard of the plan, or already return one that is still a request.
    odd = chance(world, "census disagrees", 0.03, who)
    told = pl.when(pl.lit(odd) & (pl.col("plan") | pl.col("asked"))).then(
        pl.when(pl.col("plan")).then(pl.lit("K")).otherwise(pl.lit("E"))
    )
    sampled = pl.lit(chance(world, "census sample", WITHOUT_SEN, who)) | (pl.col("until") < term.census + 365)
    joined = term.start_year - pl.col("year") + pl.when(pl.col("year") < 7).then(0).otherwise(7)
    return people.with_columns(
        estab=places.school(pl.lit(cal.LA_CODE[area]), phase, special, pick) % 10_000,
        entry=pl.date(joined, 9, 3).cast(pl.Int32).cast(pl.Int64) + pl.col("person") % 3,
        provision=told.otherwise(usual),
    ).filter((pl.col("provision") != "N") | sampled).select(*_COLUMNS, "year", "estab", "entry", "provision", "therapy")  # fmt: skip


def _persons(cases: pl.DataFrame, day: int, outcomes: tuple[str, ...]) -> pl.Series:
    """Children with a plan in force on a day, or with any case received by then."""
    mine = cases.filter(pl.col("outcome").is_in(outcomes), pl.col("received") <= day)
    if outcomes == ("Y",):
        mine = mine.filter(pl.col("closed") <= day, pl.col("ceased") > day)
    return mine["person"].unique()
