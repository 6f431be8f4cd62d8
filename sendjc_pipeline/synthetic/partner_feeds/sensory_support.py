"""The caseload of a council's sensory service.

Belongs here: the rows of `sensory_support`: children whose need is hearing, vision or both, and some with sensory processing needs. Does not
belong here: who a child is (_local).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

FEED = "sensory_support"
_NEEDS = ("HI", "VI", "MSI", "SP")
_PROCESSING = 0.02  # share of other children with a sensory processing need on the caseload
# Band -> visits a year, and the scores that lead to it.
_BANDS = {"1": (60, 85, 100), "2": (38, 70, 84), "3": (15, 50, 69), "4": (3, 30, 49), "5": (1, 10, 29)}


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Everyone on the caseload or referred to it at any time in the quarter, one row per need."""
    rows = local.identified(scene, partner, _caseload(scene, partner)).sort("caseload_id")
    return {FEED: local.finished(FEED, FEED, partner, rows), "_person": local.whose(rows)}


def _needs(scene: Scene, partner: str) -> pl.DataFrame:
    people = local.residents(scene, partner)
    long = people.unpivot(["need_1", "need_2"], index=["person", "dob"], value_name="need").drop("variable")
    sensory = long.filter(pl.col("need").is_in(_NEEDS[:3]))
    others = people.join(sensory, on="person", how="anti")
    others = others.filter(chance(scene.world, "sensory processing", _PROCESSING, others["person"]))
    both = [sensory, others.select("person", "dob", need=pl.lit("SP"))]
    return pl.concat(both).unique(["person", "need"], maintain_order=True).sort("person", "need")


def _caseload(scene: Scene, partner: str) -> pl.DataFrame:
    needs, end = _needs(scene, partner), scene.end
    place = needs["need"].replace_strict({name: n for n, name in enumerate(_NEEDS)}, return_dtype=pl.Int64)
    keys = needs["person"], place
    # Referred between the ages of 1 and 13.
    referred = needs["dob"].to_numpy() + local.between(scene, "sensory referral", 365, 13 * 365, *keys)
    assessed = referred + local.between(scene, "sensory assessed", 10, 40, *keys)
    start = assessed + local.between(scene, "sensory start", 3, 20, *keys)
    visited = start + local.between(scene, "sensory visit", 2, 70, *keys)
    left = start + local.between(scene, "sensory length", 500, 4_500, *keys)
    band = local.pick(scene, "sensory band", tuple(_BANDS), (8, 17, 30, 30, 15), *keys)
    facts = [_BANDS[name] for name in band.to_list()]
    yearly, low, high = (np.array([fact[n] for fact in facts], dtype=np.int64) for n in range(3))
    score = local.between(scene, "sensory score", low, high, *keys)
    on_it = (visited <= end) & (left >= scene.start)
    made = np.where(on_it, (yearly + local.between(scene, "sensory made", 0, 3, *keys, place * 0 + end)) // 4, 0)
    reason = local.pick(scene, "sensory end", ("1", "2", "3", "9"), (40, 40, 15, 5), *keys)
    frame = needs.drop("dob").with_columns(
        place=place, referral_date=pl.Series(referred), assessment_date=pl.Series(local.until(assessed, end)), start_date=pl.Series(local.until(start, end)),
        first_visit_date=pl.Series(local.until(visited, end)), end_date=pl.Series(local.until(left, end)), left=pl.Series(left), band=band,
        score=pl.Series(score), yearly=pl.Series(yearly), made=pl.Series(made), reason=reason,
    )  # fmt: skip
    frame = frame.filter(pl.col("referral_date") <= end, pl.col("left") >= scene.start)
    assessed_yet, started = pl.col("assessment_date") < NEVER, pl.col("start_date") < NEVER
    return frame.with_columns(
        number=pl.col("person") * 10 + pl.col("place"), eligibility_score=pl.when(assessed_yet).then("score"),
        eligibility_band=pl.when(assessed_yet).then("band"), visits_per_year=pl.when(started).then("yearly"),
        visits_in_period=pl.when(started).then("made"), end_reason=pl.when(pl.col("end_date") < NEVER).then("reason"),
    ).with_columns(caseload_id=record_number("number", f"{partner} sensory", 8))  # fmt: skip


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
