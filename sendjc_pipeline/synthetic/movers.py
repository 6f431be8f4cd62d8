"""Children who move between Nottingham and Nottinghamshire, some of them while they wait for therapy.

Belongs here: choosing them and handing their plan over: it ends with reason 5 in one council and begins as a transfer in
the other. Does not belong here: their addresses (population).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import Draws

OTHER = {"nottingham": "nottinghamshire", "nottinghamshire": "nottingham"}
_FROM, _TO = cal.day(date(2022, 7, 1)), cal.day(date(2026, 12, 31))


def _pick(group: pl.DataFrame, count: int, draws: Draws) -> pl.DataFrame:
    frame = group.select("person", "area_id", "day")
    picked: pl.DataFrame = frame[draws.sample(np.arange(frame.height), count).tolist()]
    return picked


def move(cases: pl.DataFrame, referrals: pl.DataFrame, scale: float, draws: Draws) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Choose who moves and when, and hand their plans over.

    Returns the cases, with the transfers appended, and the moves: person, area_id (the new home), day.
    """
    once = cases.filter(pl.len().over("person") == 1, pl.col("area_id").is_in(list(OTHER)))
    planned = once.filter(pl.col("outcome") == "Y", pl.col("ceased") > _TO + 90, pl.col("kind") != "transfer_in")
    waits = referrals.filter(pl.col("area_id").is_in(list(OTHER)), pl.len().over("person") == 1, pl.col("exit") == "").select(
        "person", pl.col("area_id"), day=(pl.col("received") + pl.min_horizontal("treated", pl.col("received") + 300)) // 2,
        long=pl.min_horizontal("treated", pl.col("received") + 300) - pl.col("received") >= 50,
    )  # fmt: skip
    waits = waits.filter("long", pl.col("day").is_between(_FROM, _TO)).drop("long")
    settled = pl.col("closed") + 60 < pl.col("day")
    both = waits.join(planned.select("person", "closed"), on="person", maintain_order="left").filter(settled)
    lone = waits.join(cases.select("person"), on="person", how="anti", maintain_order="left")
    days = pl.Series("day", draws.whole(_FROM, _TO, planned.height))
    plan_only = (
        planned.with_columns(days).filter(settled).join(referrals, on="person", how="anti", maintain_order="left")
    )
    groups = (("both", both, 80), ("lone", lone, 120), ("plan", plan_only, 120))
    chosen = pl.concat(
        _pick(group.filter(pl.col("area_id") == area), max(cal.scaled(count, scale), 3), draws.child(name, area))
        for name, group, count in groups
        for area in OTHER
    )
    chosen = chosen.unique("person", keep="first", maintain_order=True).sort("person")
    leaving = cases.join(chosen.select("person", "day"), on="person", how="left", maintain_order="left")
    ends = pl.col("day").is_not_null()
    left = leaving.with_columns(
        ceased=pl.when(ends).then("day").otherwise("ceased"),
        reason=pl.when(ends).then(5).otherwise("reason").cast(pl.Int64),
    ).drop("day")
    codes = {area: cal.LA_CODE[area] for area in cal.AREAS}
    arrived = (
        leaving.filter(ends)
        .with_columns(
            transfer_la=pl.col("area_id").replace_strict(codes, return_dtype=pl.Int64),
            kind=pl.lit("transfer_in"),
            area_id=pl.col("area_id").replace_strict(OTHER, default=None),
            closed="day",
            week20=pl.lit(value=False),
        )
        .drop("day")
    )
    moves = chosen.with_columns(area_id=pl.col("area_id").replace_strict(OTHER))
    return pl.concat([left, arrived]), moves
