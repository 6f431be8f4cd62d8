"""Therapy waits as they truly are on a day: one clock per child, provider and service.

Belongs here: joining referrals into spells and reading their clocks (rules 7.2), for the truth and for the national
waiting-list return. Does not belong here: how the waits came about (therapy).
"""

from __future__ import annotations

import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER
from sendjc_pipeline.synthetic.population import World

SPELL_GAP_DAYS = 5  # a referral opened so soon after the last one closed carries on the same wait
LIMIT_DAYS = {"SLT": 126, "OT": 91}  # 18 and 13 weeks: one day more is over the limit
BANDS = ((0, 7), (8, 14), (15, 28), (29, 84), (85, 126), (127, 364), (365, NEVER))


def clocks(world: World, areas: list[str], day: int) -> pl.DataFrame:
    """Find every clock known by the end of a day: person, provider, service, start, stop (null while open), treated (flag).

    A referral that was rejected, or discharged after its first appointment was missed, has no clock once that is known.
    """
    known = world.referrals.filter(pl.col("area_id").is_in(areas), pl.col("received") <= day)
    known = known.with_columns(
        pl.when(pl.col(name) <= day).then(name).otherwise(NEVER).alias(name) for name in ("treated", "discharged")
    )
    void = pl.col("exit").is_in(["rejected", "dna_first"]) & (pl.col("discharged") <= day)
    child = ["person", "provider", "service"]
    ordered = known.filter(~void).sort(*child, "received", "referral")
    before = pl.col("discharged").cum_max().shift(1).over(child)
    fresh = before.is_null() | (pl.col("received") > before + SPELL_GAP_DAYS)
    spells = ordered.with_columns(spell=fresh.cast(pl.Int64).cum_sum()).group_by("spell", maintain_order=True)
    clock = spells.agg(
        pl.col(child).first(), start=pl.col("received").min(), treated_on=pl.col("treated").min(), end=pl.col("discharged").max()
    )  # fmt: skip
    stop = pl.min_horizontal("treated_on", "end")
    treated = (pl.col("treated_on") < NEVER) & (pl.col("treated_on") <= pl.col("end"))
    return clock.select(*child, "start", stop=pl.when(stop < NEVER).then(stop), treated=treated)


def open_clocks(world: World, areas: list[str], day: int) -> pl.DataFrame:
    """Find the clocks that run at the end of a day, with `days` waited."""
    return clocks(world, areas, day).filter(pl.col("stop").is_null()).with_columns(days=day - pl.col("start"))
