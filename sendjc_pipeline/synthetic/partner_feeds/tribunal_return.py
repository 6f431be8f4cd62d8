"""Mediation and appeals by month, near the DfE's published appeals of 2024 (domain/rules.md 8.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "tribunal_return"
_KEYS = ("area", "appeal_type")
_APPEALS = {"derby": 190, "newcastle": 44, "nottingham": 52, "nottinghamshire": 184}  # registered in 2024
_RATE = {
    "derby": 0.046,
    "newcastle": 0.013,
    "nottingham": 0.025,
    "nottinghamshire": 0.031,
}  # appeals to appealable decisions
_TYPES = {"refusalassess": 0.27, "refusalissue": 0.08, "contents": 0.56, "placement": 0.07, "ceaseplan": 0.02}
_WON = 0.95  # of appeals decided, nationally


def partners(areas: Sequence[str]) -> list[str]:
    """Councils."""
    return returns.councils(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per month and kind of appeal."""
    frame = returns.rows(scene, area=[partner], appeal_type=list(_TYPES))
    share = frame["appeal_type"].replace_strict(_TYPES, return_dtype=pl.Float64).to_numpy()
    mean = _APPEALS[partner] / 12 * share * scene.world.scale
    registered = np.floor(
        mean * (0.8 + 0.4 * returns.uniform(scene, frame, "appeals", _KEYS, 0))
        + returns.uniform(scene, frame, "rest", _KEYS, 0)
    )
    registered = registered.astype(np.int64)
    start, end, left = returns.rolled(
        scene, frame, "appeals open", _KEYS, registered, np.floor(0.8 * mean).astype(np.int64)
    )
    withdrawn = returns.part(scene, frame, "appeals withdrawn", _KEYS, left, 0.2)
    conceded = returns.part(scene, frame, "appeals conceded", _KEYS, left - withdrawn, 0.5)
    decided = left - withdrawn - conceded
    for_family = returns.part(scene, frame, "appeals won", _KEYS, decided, _WON)
    decisions = np.maximum(np.ceil(mean / _RATE[partner]).astype(np.int64) + 1, registered)
    asked = returns.part(scene, frame, "mediation", _KEYS, decisions, 0.05)
    held = returns.part(scene, frame, "mediation held", _KEYS, asked, 0.7)
    made = returns.text(
        frame, appealable_decisions=decisions, mediations_requested=asked, mediations_held=held,
        mediations_agreed=returns.part(scene, frame, "mediation agreed", _KEYS, held, 0.6), open_at_start=start, registered=registered,
        extended=returns.part(scene, frame, "appeals extended", _KEYS, registered, 0.25), withdrawn=withdrawn, conceded=conceded,
        decided=decided, decided_for_family=for_family, decided_for_council=decided - for_family, open_at_end=end,
    )  # fmt: skip
    return {"appeal": made}
