"""Short breaks: which children have which, and how much of what was agreed they used in the quarter.

Belongs here: the rows of `short_breaks`. Does not belong here: who a child is (_local).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

FEED = "short_breaks"
HAVE, HAVE_WITH_HIGH_NEED = 0.03, 0.3
_HIGH = ("PMLD", "SLD", "PD", "ASD", "MSI")
_FIRST, _LAST = cal.day(date(2020, 1, 6)), cal.day(cal.WORLD_END)
_TYPES = {"NR": "A", "NF": "A", "DAY": "T", "AS": "U", "HC": "T", "HOME": "A", "OUT": "T", "DP": "A"}
_WEIGHTS = (8, 6, 18, 12, 26, 10, 8, 12)
_BY_NIGHT = ("NR", "NF")


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Breaks asked for, agreed or used at any time in the quarter."""
    rows = local.identified(scene, partner, _packages(scene, partner)).sort("package_id")
    return {FEED: local.finished(FEED, FEED, partner, rows), "_person": local.whose(rows)}


def _packages(scene: Scene, partner: str) -> pl.DataFrame:
    people = local.residents(scene, partner)
    high = people["need_1"].is_in(list(_HIGH)).fill_null(value=False)
    some = chance(scene.world, "short break", HAVE, people["person"])
    people = people.filter(
        some | (high & chance(scene.world, "short break high", HAVE_WITH_HIGH_NEED, people["person"]))
    )
    who, end = people["person"], scene.end
    asked = local.between(scene, "short break request", _FIRST, _LAST, who)
    agreed = asked + local.between(scene, "short break agreed", 10, 80, who)
    begun = agreed + local.between(scene, "short break start", 5, 70, who)
    ended = begun + local.between(scene, "short break length", 200, 2_000, who)
    kind = local.pick(scene, "short break type", tuple(_TYPES), _WEIGHTS, who)
    quarter = who * 0 + end  # what was used differs from quarter to quarter
    nightly = kind.is_in(list(_BY_NIGHT)).to_numpy()
    nights = local.between(scene, "short break nights", 3, 14, who)
    hours = local.between(scene, "short break hours", 12, 70, who)
    left = local.between(scene, "short break unused", 0, 3, who, quarter)
    frame = pl.DataFrame({
        "person": who, "dob": people["dob"], "break_type": kind, "tier": kind.replace_strict(_TYPES, return_dtype=pl.String),
        "request_date": asked, "agreed_date": local.until(agreed, end), "start_date": local.until(begun, end), "end_date": local.until(ended, end),
        "ended": ended, "nightly": nightly, "nights": nights, "hours": hours, "unused": left,
    })  # fmt: skip
    old = pl.col("request_date") - pl.col("dob")
    frame = frame.filter(pl.col("request_date") <= end, pl.col("ended") >= scene.start, old > 500, old < 18 * 365)
    agreed_yet, used = pl.col("agreed_date") < NEVER, pl.col("start_date") < NEVER
    by_night, by_day = pl.col("nightly") & agreed_yet, ~pl.col("nightly") & agreed_yet
    return frame.drop("dob").with_columns(
        package_id=record_number("person", f"{partner} short break", 8),
        nights_agreed=pl.when(by_night).then("nights"), nights_used=pl.when(by_night & used).then(pl.col("nights") - pl.col("unused")),
        hours_agreed=pl.when(by_day).then("hours"), hours_used=pl.when(by_day & used).then(pl.col("hours") - 0.5 * pl.col("unused")),
        is_direct_payment=pl.col("break_type") == "DP",
    )  # fmt: skip


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
