"""Posts at the quarter's end and training by month, as a workbook of two sheets.

Educational psychologists follow the plan's nine posts in three years (domain/rules.md 1.2); other numbers are assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "workforce_return"
_PLAN_START = 2023 * 12 + 6  # June 2023
_COUNCIL = (("ep", "ep", 14.0), ("ehc", "ehccoordinator", 18.0), ("ehc", "serviceorganiser", 2.0))
_PROVIDER = (("slt", "slt", 21.0), ("ot", "ot", 11.0), ("nd", "ndpost", 6.0))
_COURSES = {"sleep": 30.0, "slcn": 42.0}


def partners(areas: Sequence[str]) -> list[str]:
    """Councils and the trusts with therapy services."""
    return [*returns.councils(areas), *returns.providers(areas, ("RHA", "RTD", "RY8"))]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """Posts do not shrink with the world's scale, because a team of two hundredths of a post is no team."""
    areas = returns.areas_of(partner, scene.areas)
    return {"post": _posts(scene, partner, areas), "training": _training(scene, areas)}


def _posts(scene: Scene, partner: str, areas: list[str]) -> pl.DataFrame:
    kinds = _COUNCIL if partner in scene.areas else _PROVIDER
    keys = ("area", "service", "role")
    frame = returns.rows(scene, monthly=False, area=areas)
    frame = frame.join(pl.DataFrame(list(kinds), schema=["service", "role", "mean"], orient="row"), how="cross")
    size = frame["area"].replace_strict(returns.CHILDREN, return_dtype=pl.Float64).to_numpy() / 70
    added = np.clip((frame["t"].to_numpy() - _PLAN_START) / 27, 0, 1) * 0.3 * frame["mean"].to_numpy()
    added = np.round(added * (frame["role"] == "ep").to_numpy(), 1)
    establishment = np.round(frame["mean"].to_numpy() * size, 1) + added
    vacant = np.round(establishment * (0.08 + 0.12 * returns.uniform(scene, frame, "vacant", keys, 0)), 1)
    in_post = np.round(establishment - vacant, 1)
    heads = np.ceil(in_post * 1.18).astype(np.int64)
    return returns.text(
        frame.drop("mean"), establishment_fte=establishment, in_post_fte=in_post, vacant_fte=vacant, agency_fte=np.floor(vacant / 2),
        headcount=heads, added_fte=added, posts_recruited=np.floor(added).astype(np.int64),
        starters=returns.part(scene, frame, "starters", keys, heads, 0.05), leavers=returns.part(scene, frame, "leavers", keys, heads, 0.04),
    )  # fmt: skip


def _training(scene: Scene, areas: list[str]) -> pl.DataFrame:
    keys = ("area", "course", "staff_group")
    frame = returns.rows(scene, area=areas, course=list(_COURSES), staff_group=["school", "health"])
    mean = frame["course"].replace_strict(_COURSES, return_dtype=pl.Float64).to_numpy()
    offered = returns.around(scene, frame, "training", keys, mean, 6)
    booked = returns.part(scene, frame, "booked", keys, offered, 0.85)
    in_post = np.ceil(40 * mean * scene.world.scale).astype(np.int64) + 60
    trained = np.floor(in_post * np.clip(0.1 + 0.01 * (frame["t"].to_numpy() - _PLAN_START), 0.05, 0.7)).astype(
        np.int64
    )
    return returns.text(
        frame, staff_in_post=in_post, trained_in_post=trained, places_offered=offered, places_booked=booked,
        places_completed=returns.part(scene, frame, "completed", keys, booked, 0.88),
    )  # fmt: skip


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001  the signature of every writer
    """One workbook with a sheet per table."""
    return returns.write_workbook(tables, folder / "workforce_return.xlsx")
