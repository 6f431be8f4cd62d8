"""What the synthetic areas are made to resemble: published figures, read from the tables beside this module.

Belongs here: reading calibration/*.csv and the calendar of the simulated world. Does not belong here: any draw.
Sources: DfE Education, health and care plans, 2025 release (OGL v3); NHS England community health waiting lists,
October 2023 (OGL v3); domain rules section 8. Rows marked extrapolated or assumed are ours.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import Floats

AREAS = ("derby", "newcastle", "nottingham", "nottinghamshire")
PROVIDERS = ("RHA", "RTD", "RXM", "RY8")
LA_CODE = {"derby": 831, "newcastle": 391, "nottingham": 892, "nottinghamshire": 891}
SUB_ICB = {"derby": "15M", "newcastle": "13T", "nottingham": "52R", "nottinghamshire": "52R"}
AGE_BANDS = {"0-4": (2.2, 4.99), "5-10": (5.0, 10.99), "11-15": (11.0, 15.99), "16+": (16.0, 19.9)}

EPOCH = date(1970, 1, 1)
FIRST_YEAR, LAST_YEAR = 2021, 2027  # years whose plans and requests are simulated case by case
CENSUS_DAY = date(2025, 1, 16)  # the active plans of January 2025 are the ones we calibrate to
WORLD_START, WORLD_END = date(2019, 1, 7), date(2027, 3, 31)  # three years before the first quarter
FIRST_QUARTER, LAST_QUARTER = "2022-23-Q1", "2026-27-Q4"

_FOLDER = Path(__file__).parent / "calibration"


def day(when: date) -> int:
    """Turn a date into days since 1970, the unit of every date inside the generator."""
    return (when - EPOCH).days


@cache
def table(name: str) -> pl.DataFrame:
    """Read one calibration table by its file name without .csv."""
    return pl.read_csv(_FOLDER / f"{name}.csv")


def area_row(name: str, area: str, **where: object) -> dict[str, float]:
    """Read the one row of a table for an area (and further column values)."""
    frame = table(name).filter(pl.col("area_id") == area, *(pl.col(key) == value for key, value in where.items()))
    return frame.row(0, named=True)


def mix(area: str, topic: str) -> tuple[list[str], Floats]:
    """Read categories and shares of one topic in an area: need_active, need_new or ethnicity (rules 8.4)."""
    rows = table("mix").filter(pl.col("area_id") == area, pl.col("topic") == topic)
    return rows["category"].to_list(), np.asarray(rows["share"].to_numpy(), dtype=np.float64)


def scaled(value: float, scale: float) -> int:
    """Scale a published count to the world, rounded half up."""
    return int(np.floor(value * scale + 0.5))
