"""Where the children live, and since when.

Belongs here: address history. Does not belong here: which postcode a partner has on file (the extracts).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import places
from sendjc_pipeline.synthetic.draws import NEVER, Draws

ELSEWHERE, LOCAL_MOVE = 0.02, 0.04  # share of patients from outside the areas, of children who move within one


def residences(persons: pl.DataFrame, council: pl.Series, moves: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Make the address history: one row per spell, until = NEVER for the present one; `council` are those with a case."""
    size = persons.height
    single = (pl.len().over("household") == 1) & ~pl.col("person").is_in(moves["person"].implode())
    alone = persons.select(single).to_series().to_numpy()
    patient_only = ~persons["person"].is_in(council.implode()).to_numpy()
    away = draws.chance(ELSEWHERE, size) & alone & patient_only
    area = pl.Series("area_id", np.where(away, "elsewhere-", "") + persons["area_id"].to_numpy().astype("U20"))
    code = pl.Series(places.postcodes(area, draws.child("first"))).gather(persons["household"])
    base = pl.DataFrame({"person": persons["person"], "area_id": area, "postcode": code, "since": persons["dob"]})
    local = np.flatnonzero(alone & ~away & draws.chance(LOCAL_MOVE, size))
    when = draws.whole(cal.day(date(2022, 1, 1)), cal.day(date(2026, 12, 31)), len(local))
    local_moves = pl.DataFrame({"person": local, "area_id": area.gather(local), "since": when})
    later = pl.concat([local_moves, moves.select("person", "area_id", since="day")], how="vertical_relaxed")
    second = pl.Series(places.postcodes(later["area_id"], draws.child("second")), dtype=pl.String)
    later = later.with_columns(postcode=second)
    both = pl.concat([base, later.select(base.columns)], how="vertical_relaxed").sort("person", "since")
    return both.with_columns(until=pl.col("since").shift(-1).over("person").fill_null(NEVER + 1) - 1)
