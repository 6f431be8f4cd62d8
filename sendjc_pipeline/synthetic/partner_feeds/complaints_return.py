"""Complaints by month, theme and stage. Volumes are assumed: no public source has them by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "complaints_return"
_KEYS = ("area", "service", "theme", "stage")
# service, theme, stage, received in a month for every 70,000 children
_COUNCIL = (
    ("ehc", "reviewtimescale", "1", 5.0), ("ehc", "assessmenttimescale", "1", 7.0), ("ehc", "plancontent", "1", 3.0),
    ("ehc", "provision", "1", 4.0), ("ehc", "communication", "1", 5.0), ("ehc", "reviewtimescale", "2", 1.5), ("all", "transport", "1", 3.0),
    ("ehc", "provision", "3", 1.0),
)  # fmt: skip
_PROVIDER = (("slt", "waiting", "1", 4.0), ("ot", "waiting", "1", 3.0), ("slt", "communication", "1", 2.0))


def partners(areas: Sequence[str]) -> list[str]:
    """Councils and the trusts with therapy services."""
    return [*returns.councils(areas), *returns.providers(areas, ("RHA", "RTD", "RY8"))]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per month and slice; what is open at the end of a month is open at the start of the next, in the next quarter too."""
    kinds = _COUNCIL if partner in scene.areas else _PROVIDER
    frame = returns.rows(scene, area=returns.areas_of(partner, scene.areas))
    frame = frame.join(
        pl.DataFrame(list(kinds), schema=["service", "theme", "stage", "mean"], orient="row"), how="cross"
    )
    size = frame["area"].replace_strict(returns.CHILDREN, return_dtype=pl.Float64).to_numpy() / 70 * scene.world.scale
    received = returns.around(scene, frame, "complaints", _KEYS, frame["mean"].to_numpy())
    least = np.floor(0.8 * frame["mean"].to_numpy() * size).astype(np.int64)
    start, end, left = returns.rolled(scene, frame, "complaints open", _KEYS, received, least)
    withdrawn = returns.part(scene, frame, "complaints withdrawn", _KEYS, left, 0.06)
    decided = left - withdrawn
    upheld = returns.part(scene, frame, "complaints upheld", _KEYS, decided, 0.4)
    partly = returns.part(scene, frame, "complaints partly", _KEYS, decided - upheld, 0.4)
    made = returns.text(
        frame.drop("mean"), open_at_start=start, received=received, withdrawn=withdrawn, decided=decided, upheld=upheld, partly_upheld=partly,
        not_upheld=decided - upheld - partly, answered_in_time=returns.part(scene, frame, "complaints time", _KEYS, decided, 0.7),
        open_at_end=end,
    )  # fmt: skip
    return {"complaint": made}
