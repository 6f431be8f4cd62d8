"""One population of children behind all feeds: who they are, where they live, and what numbers they bear.

Belongs here: putting the world together from cases, waiting lists and children. It holds the children whom a council or a
therapy service knows; others leave no record. Does not belong here: what a partner knows or mistypes (the extracts decide
that from keyed noise).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import addresses, ehc_outcomes, ehc_stock, movers, patients, people, planted, therapy
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import Draws, noise


@dataclass(frozen=True)
class World:
    """The simulated truth. Days since 1970; `person` is the row of `persons`.

    persons: person, area_id, dob, sex, ethnicity, forename, surname, nhs_number, upn, upn_from, uln, setting, need_1,
        need_2, household, died; residences: person, area_id ('elsewhere-...' outside), postcode, since, until;
        cases: see ehc, with case and person; referrals: see therapy and patients, with referral and person.
    """

    seed: int
    scale: float
    persons: pl.DataFrame
    residences: pl.DataFrame
    cases: pl.DataFrame
    referrals: pl.DataFrame


def build(seed: int, scale: float) -> World:
    """Simulate the whole world; the same seed and scale give the same world whatever is extracted from it."""
    root = Draws(seed, "world")
    cases = pl.concat(_area_cases(area, scale, root.child("ehc", area)) for area in cal.AREAS)
    cases = cases.with_row_index("person").with_columns(pl.col("person").cast(pl.Int64))
    cases = _second_requests(cases, root.child("again"))
    numbers = {area: number for number, area in enumerate(cal.AREAS)}
    home = cases["area_id"].replace_strict(numbers, return_dtype=pl.Int64).to_numpy()
    children = patients.Children(home.copy(), cases["dob"].to_numpy().copy())
    lists = [therapy.run(q, root.child("queue", q.provider, q.service, q.area_id)) for q in therapy.queues(scale)]
    referrals = patients.courses(pl.concat(lists), root.child("courses"))
    referrals = patients.assign(referrals, cases, children, root.child("patients"))
    referrals, deaths = planted.plant(referrals, cases.height, root.child("plant"))
    cases, moves = movers.move(cases, referrals, scale, root.child("movers"))
    persons = people.persons(children, cases, deaths, moves, root)
    residences = addresses.residences(persons, cases["person"], moves, root.child("addresses"))
    used = pl.concat([cases["person"], referrals["person"]]).unique()
    persons = persons.filter(pl.col("person").is_in(used.implode()))
    residences = residences.filter(pl.col("person").is_in(used.implode()))
    cases = cases.drop("dob").with_row_index("case").with_columns(pl.col("case").cast(pl.Int64))
    referrals = referrals.with_row_index("referral").with_columns(pl.col("referral").cast(pl.Int64))
    return World(seed, scale, persons, residences, cases, referrals)


def _area_cases(area: str, scale: float, draws: Draws) -> pl.DataFrame:
    flow = ehc_outcomes.flow(area, scale, draws.child("flow"))
    recent = pl.concat([flow, ehc_stock.transfers_in(area, scale, draws.child("in"))])
    old = ehc_stock.stock(area, scale, recent, draws.child("stock"))
    return ehc_stock.end_plans(pl.concat([recent, old]), area, scale, draws.child("end"))


def _second_requests(cases: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Let about one refused child in sixteen ask again, six months to two years later, and get a plan."""
    person, dob = cases["person"].to_numpy().copy(), cases["dob"].to_numpy()
    area, kind = cases["area_id"].to_numpy(), cases["kind"].to_numpy()
    received, decided = cases["received"].to_numpy(), cases["decided"].to_numpy()
    refused = draws.sample(np.flatnonzero(kind == "refused"), int((kind == "refused").sum()) // 4)
    later = draws.sample(np.flatnonzero(kind == "plan"), len(refused))
    refused = refused[: len(later)]
    gap = received[later] - decided[refused]
    good = (area[refused] == area[later]) & (gap > 180) & (gap < 800) & (received[refused] - dob[later] > 700)
    person[refused[good]] = person[later[good]]
    return cases.with_columns(pl.Series("person", person))


def address(world: World, day: int) -> pl.DataFrame:
    """Find where everyone lives on a day: person, residence ('elsewhere' outside the four areas), postcode."""
    here = world.residences.filter(pl.col("since") <= day, pl.col("until") >= day)
    outside = pl.col("area_id").str.starts_with("elsewhere")
    return here.select(
        "person", residence=pl.when(outside).then(pl.lit("elsewhere")).otherwise("area_id"), postcode="postcode"
    )


def chance(world: World, salt: str, probability: float, *keys: pl.Series) -> pl.Series:
    """Say yes or no, fixed for the given keys in this world, true with the given probability."""
    return pl.Series(salt, noise(world.seed, salt, *(key.to_numpy().astype(np.int64) for key in keys)) < probability)
