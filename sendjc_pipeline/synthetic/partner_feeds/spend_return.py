"""Spend by payer and category, one row per slice for the quarter. Amounts are assumed; boards send a workbook, councils a CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic import csv_files, returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "spend_return"
_KEYS = ("payer", "area", "service", "category")
# service, category, children in the quarter for every 70,000, pounds per child; 0 children: a sum that is not spent child by child
_COUNCIL = (
    ("sensory", "individual", 14, 3900), ("sleep", "trainingpackage", 24, 310), ("slt", "aids", 6, 1450), ("ehc", "personalbudget", 70, 2600),
    ("ehc", "mainstreamsen", 0, 820_000),
)  # fmt: skip
_BOARD = (
    ("sensory", "individual", 9, 4400), ("sleep", "trainingpackage", 15, 280), ("slt", "aids", 5, 1900), ("equipment", "equipment", 40, 640),
    ("slt", "block", 0, 640_000), ("ot", "block", 0, 380_000),
)  # fmt: skip


def partners(areas: Sequence[str]) -> list[str]:
    """Councils and boards."""
    return [*returns.councils(areas), *returns.boards(areas)]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """One row per service and category, accrued to the whole quarter."""
    kinds = _COUNCIL if partner in scene.areas else _BOARD
    frame = returns.rows(scene, monthly=False, area=returns.areas_of(partner, scene.areas))
    frame = frame.join(
        pl.DataFrame(list(kinds), schema=["service", "category", "mean", "cost"], orient="row"), how="cross"
    )
    frame = frame.with_columns(payer=pl.lit(partner))
    by_child = frame["mean"].to_numpy() > 0
    children = returns.around(scene, frame, "spend children", _KEYS, frame["mean"].to_numpy().astype(float), 1)
    size = frame["area"].replace_strict(returns.CHILDREN, return_dtype=pl.Float64).to_numpy() / 70 * scene.world.scale
    units = np.where(by_child, children, size)
    amount = np.round(
        units * frame["cost"].to_numpy() * (0.85 + 0.3 * returns.uniform(scene, frame, "spend", _KEYS, 0)), 2
    )
    height = frame.height
    made = returns.text(
        frame.drop("mean", "cost"), basis=["accrual"] * height, amount_gbp=amount, budget_gbp=np.round(units * frame["cost"].to_numpy() * 1.0, 2),
        cyp_funded=pl.Series([str(n) if some else None for n, some in zip(children, by_child, strict=True)], dtype=pl.String),
        packages=pl.Series([str(n + n // 6) if some else None for n, some in zip(children, by_child, strict=True)], dtype=pl.String),
        is_correction=["0"] * height,
    )  # fmt: skip
    span = [pl.lit(str(scene.quarter.start)).alias("period_from"), pl.lit(str(scene.quarter.end)).alias("period_to")]
    return {"spend": made.select(*span, pl.exclude("as_of"))}


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """A workbook from boards, a CSV from councils."""
    if partner in scene.areas:
        return csv_files.write(feeds.load(FEED), tables, folder)
    return returns.write_workbook(tables, folder / "spend_return.xlsx")
