"""Mental health support teams: twelve in Nottingham and Nottinghamshire, growing to 45 % of schools by January 2025 (domain/rules.md 1.1).

Boards send a workbook with both sheets. Numbers of schools and pupils are assumed and, like teams, not scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import returns
from sendjc_pipeline.synthetic.scene import Scene

FEED = "mhst_return"
_TEAMS = {"derby": 4, "newcastle": 5, "nottingham": 5, "nottinghamshire": 9}
_PHASES = {
    "primary": (78.0, 330),
    "secondary": (17.0, 1010),
    "special": (6.0, 150),
    "college": (2.0, 2200),
}  # schools for 70,000, pupils each
_REACHED = 2025 * 12 + 1


def partners(areas: Sequence[str]) -> list[str]:
    """Boards, which count for their areas; a provider would send the same table."""
    return returns.boards(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:
    """The teams of each area, and the schools that they reach by phase."""
    areas = returns.areas_of(partner, scene.areas)
    team = returns.rows(scene, monthly=False, area=areas)
    funded = team["area"].replace_strict(_TEAMS, return_dtype=pl.Int64).to_numpy()
    training = np.minimum(funded - 1, 1)
    teams = returns.text(
        team, teams_commissioned=funded, teams_operational=funded - training, teams_in_training=training,
        practitioners_fte=np.round((funded - training) * (6.2 + 1.2 * returns.uniform(scene, team, "practitioners", ("area",), 0)), 1),
    )  # fmt: skip
    keys = ("area", "phase")
    frame = returns.rows(scene, monthly=False, area=areas, phase=list(_PHASES))
    size = frame["area"].replace_strict(returns.CHILDREN, return_dtype=pl.Float64).to_numpy() / 70
    each = np.array([_PHASES[phase] for phase in frame["phase"].to_list()])
    schools = np.maximum(np.round(each[:, 0] * size), 1).astype(np.int64)
    pupils = np.round(schools * each[:, 1]).astype(np.int64)
    reach = np.clip(0.45 + 0.008 * (frame["t"].to_numpy() - _REACHED), 0.2, 0.75)
    covered = np.clip(np.floor(schools * reach + returns.uniform(scene, frame, "schools", keys)), 0, schools).astype(
        np.int64
    )
    in_reach = np.where(covered == schools, pupils, np.round(covered * each[:, 1])).astype(np.int64)
    coverage = returns.text(
        frame, schools=schools, schools_covered=covered, pupils=pupils, pupils_covered=in_reach,
        cyp_supported=returns.part(scene, frame, "supported", keys, in_reach, 0.02),
        whole_school_activities=returns.part(scene, frame, "sessions", keys, 3 * covered, 0.5),
    )  # fmt: skip
    return {"team": teams, "coverage": coverage}


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001  the signature of every writer
    """One workbook with a sheet per table."""
    return returns.write_workbook(tables, folder / "mhst_return.xlsx")
