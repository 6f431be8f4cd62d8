"""Melatonin by month and age band. Volumes are assumed: about 15 items a month for every thousand children, growing a little each year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "prescribing_return"
_KEYS = ("icb", "bnf_code", "age_band")
_BANDS = {"age0004": 0.05, "age0509": 0.31, "age1014": 0.42, "age1517": 0.22}
_PRODUCTS = {
    "0401010ADAA": ("Melatonin", 0.7, 19.0),
    "0401010ADBB": ("Slenyto", 0.3, 71.0),
}  # name, share, pounds an item
_CHILDREN = {"QT1": 240.0, "QJ2": 215.0, "QHM": 620.0}  # thousands under 18: the whole board, not the areas simulated


def partners(areas: Sequence[str]) -> list[str]:
    """Boards."""
    return returns.boards(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per month, product and age band."""
    frame = returns.rows(scene, icb=[partner], bnf_code=list(_PRODUCTS), age_band=list(_BANDS))
    share = frame["age_band"].replace_strict(_BANDS, return_dtype=pl.Float64).to_numpy()
    share = share * np.array([_PRODUCTS[code][1] for code in frame["bnf_code"].to_list()])
    growth = 1 + 0.06 * (frame["t"].to_numpy() / 12 - 2024)
    mean = 15 * _CHILDREN[partner] * scene.world.scale * share * growth
    items = np.maximum(np.floor(mean * (0.93 + 0.14 * returns.uniform(scene, frame, "items", _KEYS, 0))), 2).astype(
        np.int64
    )
    unknown = returns.part(scene, frame, "items unknown", _KEYS, items, 0.02)
    patients = np.maximum(returns.part(scene, frame, "patients", _KEYS, items - unknown, 0.86), 1)
    price = np.array([_PRODUCTS[code][2] for code in frame["bnf_code"].to_list()])
    cost = np.round(items * price * (0.95 + 0.1 * returns.uniform(scene, frame, "price", _KEYS, 0)), 2)
    made = returns.text(
        frame, bnf_name=[_PRODUCTS[code][0] for code in frame["bnf_code"].to_list()], items=items, quantity=items * 30.0,
        net_ingredient_cost_gbp=cost, patients=patients, items_unidentified=unknown,
    )  # fmt: skip
    return {"prescribed": made}
