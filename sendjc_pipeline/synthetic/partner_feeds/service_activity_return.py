"""Counts that no national return holds. Volumes are assumed, but for Derby's 80 children of the New Communities team (domain/rules.md 1.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "service_activity_return"
_KEYS = ("area", "service", "measure", "locality")
# service, measure, kind, locality, mean for every 70,000 children, share of the denominator (0: a count)
_COUNCIL = (
    ("sendiass", "iasscontacts", "flow", "Total", 150.0, 0.0), ("sendiass", "iassinstandard", "flow", "Total", 150.0, 0.88),
    ("csc", "shortbreaks", "flow", "Total", 190.0, 0.0), ("ehc", "newcommunities", "snapshot", "Total", 80.0, 0.0),
)  # fmt: skip
_WARDS = ("North", "South", "East", "West")
_PROVIDER = (
    ("camhs", "dsropen", "snapshot", "Total", 34.0, 0.0), ("camhs", "keyworker", "snapshot", "Total", 27.0, 0.0),
    ("slt", "commaids", "flow", "Total", 5.0, 0.0), ("healthvisiting", "antenatalreview", "flow", "Total", 260.0, 0.72),
    *(("healthvisiting", "hv2yreview", "flow", ward, 66.0, share) for ward, share in zip(_WARDS, (0.79, 0.84, 0.71, 0.76), strict=True)),
)  # fmt: skip


def partners(areas: Sequence[str]) -> list[str]:
    """Councils and the trusts with community services."""
    return [*returns.councils(areas), *returns.providers(areas, ("RHA", "RTD", "RY8"))]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per month, measure and locality."""
    kinds = _COUNCIL if partner in scene.areas else _PROVIDER
    names = ["service", "measure", "kind", "locality", "mean", "share"]
    frame = returns.rows(scene, area=returns.areas_of(partner, scene.areas)).join(
        pl.DataFrame(list(kinds), schema=names, orient="row"), how="cross"
    )
    # Contacts in standard are a part of the contacts, so both rows draw the same number.
    frame = frame.with_columns(
        drawn=pl.col("service")
        + pl.col("locality")
        + pl.when(pl.col("service") == "sendiass").then(pl.lit("")).otherwise("measure")
    )
    whole = returns.around(scene, frame, "activity", ("area", "drawn"), frame["mean"].to_numpy())
    share = frame["share"].to_numpy()
    numerator = np.where(
        share > 0,
        np.floor(whole * np.clip(share * (0.95 + 0.1 * returns.uniform(scene, frame, "share", _KEYS, 0)), 0, 1)),
        whole,
    )
    aids = (frame["measure"] == "commaids").to_numpy()
    cost = [f"{number * 1490.5:.2f}" if is_aid else None for number, is_aid in zip(numerator, aids, strict=True)]
    made = returns.text(
        frame.drop("mean", "share", "drawn"), numerator=numerator.astype(np.int64),
        denominator=pl.Series([str(n) if some else None for n, some in zip(whole, share > 0, strict=True)], dtype=pl.String),
        cost_gbp=pl.Series(cost, dtype=pl.String),
    )  # fmt: skip
    return {"activity": made}
