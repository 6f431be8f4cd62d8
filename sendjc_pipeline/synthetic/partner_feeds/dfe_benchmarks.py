"""Published benchmarks for the areas, England and the regions, once a year in the fourth quarter, in the shapes in which DfE publishes them.

Shares are near the published ones (domain/sources.md 7.2 and 7.3); nothing here is a published figure. A submission that was spoilt on
purpose is written in the feed's own long form, because a fault of one cell has no place in a wide table.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline import feeds
from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import csv_files, returns
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.partner_feeds._dfe_benchmark_shapes import DICTIONARY, ENGLAND, write_published
from sendjc_pipeline.synthetic.scene import Scene

FEED = "dfe_benchmarks"
_FIGURE = (
    "file", "time_period", "time_identifier", "geographic_level", "country_code", "region_code", "region_name", "new_la_code", "old_la_code",
    "la_name", "breakdown_topic", "breakdown", "measure", "value_text",
)  # fmt: skip
_ENGLAND = ("National", "E92000001", None, None, None, None, None)
_AREAS = {
    "derby": ("Local authority", "E92000001", "E12000004", "East Midlands", "E06000015", "831", "Derby"),
    "newcastle": ("Local authority", "E92000001", "E12000001", "North East", "E08000021", "391", "Newcastle upon Tyne"),
    "nottingham": ("Local authority", "E92000001", "E12000004", "East Midlands", "E06000018", "892", "Nottingham"),
    "nottinghamshire": (
        "Local authority",
        "E92000001",
        "E12000004",
        "East Midlands",
        "E10000024",
        "891",
        "Nottinghamshire",
    ),
}
_GROUPS = {"CINO at 31 March": 0.012, "CPPO at 31 March": 0.003, "CLA 12 months at 31 March": 0.005}
_PLAN = {
    None: 0.29,
    "derby": 0.24,
    "newcastle": 0.39,
    "nottingham": 0.25,
    "nottinghamshire": 0.19,
}  # share of children in need with a plan
_LAIT = {"SEN_EHC_Excpt_20wks": 46.4, "TotPerAbNew": 19.1, "CINStatement": 28.6, "LAC_SEN_Statement": 31.5}
_NEIGHBOURS = ("331", "874", "852", "306", "330", "355", "810", "806", "380", "851")
_DICTIONARY = (
    ("142", "Special educational needs", "New EHC plans issued within 20 weeks", "SEN_EHC_Excpt_20wks", "High", "% of plans", "1", "Calendar Year"),
    ("201", "All Pupil Absence & Exclusions", "Persistent absentees", "TotPerAbNew", "Low", "% of persistent absence", "1", "Academic Year"),
    ("270", "Children In Need", "Children in need with an EHC plan", "CINStatement", "-", "% CIN", "1", "Academic Year"),
    ("271", "Children Looked After", "Looked-after children with an EHC plan", "LAC_SEN_Statement", "-", "% CLA", "1", "Academic Year"),
)  # fmt: skip


def partners(areas: Sequence[str]) -> list[str]:  # noqa: ARG001  the signature of every partner module
    """The Department for Education."""
    return ["dfe"]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:  # noqa: ARG001
    """The feed's tables in long form; None outside the fourth quarter."""
    if scene.quarter.number != 4:
        return None
    areas: list[str | None] = [None, *scene.areas]
    years = range(scene.quarter.year - 3, scene.quarter.year)
    cells = [
        row
        for area in areas
        for year in years
        for row in (*_social_care(scene, area, year), *_interactive(scene, area, year))
    ]
    figure = pl.DataFrame(cells, schema=dict.fromkeys(_FIGURE, pl.String), orient="row")
    # The reader makes these two; they stand here so that a fault can touch them in the long form.
    expected = pl.col("old_la_code").alias("expected_la_code")
    figure = figure.with_columns(
        expected, coded_la_code=pl.when(pl.col("new_la_code").is_not_null()).then("old_la_code")
    )
    neighbours = [
        (_AREAS[area][5], _AREAS[area][6], str(rank), code, "Very close" if rank < 4 else "Close")
        for area in scene.areas
        for rank, code in enumerate(_NEIGHBOURS, start=1)
    ]
    names = ["old_la_code", "la_name", "neighbour_rank", "neighbour_la_code", "closeness"]
    return {
        "figure": figure,
        "neighbour": pl.DataFrame(neighbours, schema=dict.fromkeys(names, pl.String), orient="row"),
        "measure": pl.DataFrame(
            [(*row, "45834") for row in _DICTIONARY], schema=dict.fromkeys(DICTIONARY, pl.String), orient="row"
        ),
    }


def _wobble(scene: Scene, salt: str, *keys: int) -> float:
    return float(noise(scene.world.seed, salt, *(np.array([key]) for key in keys))[0])


def _key(area: str | None) -> int:
    return cal.LA_CODE[area] if area else ENGLAND


def _social_care(scene: Scene, area: str | None, year: int) -> list[tuple[str | None, ...]]:
    """Children in need and looked after by SEN, rounded to tens as published; small cells are c."""
    pupils = 8_500_000.0 if area is None else returns.CHILDREN[area] * 760
    place, rows = _AREAS[area] if area else _ENGLAND, []
    for number, (group, share) in enumerate(_GROUPS.items()):
        moved = 0.9 + 0.2 * _wobble(scene, "social care", _key(area), year, number)
        total = round(pupils * share * moved / 10) * 10
        plans, support = round(total * _PLAN[area] / 10) * 10, round(total * 0.21 / 10) * 10
        counts = {
            "t_pupils": total,
            "t_all_SEN": plans + support,
            "t_SEN_support": support,
            "t_statement_or_EHC_plan": plans,
        }
        values = {name: str(count) if count >= 30 else "c" for name, count in counts.items()}
        values["pt_statement_or_EHC_plan"] = f"{100 * plans / total:.1f}" if plans >= 30 else "c"
        head = (
            "cin_cla_by_sen_la",
            f"{year}{(year + 1) % 100:02d}",
            "Academic year",
            *place,
            "social_care_group",
            group,
        )
        rows += [(*head, name, value) for name, value in values.items()]
    return rows


def _interactive(scene: Scene, area: str | None, year: int) -> list[tuple[str | None, ...]]:
    place = (
        ("Local authority", None, None, *_AREAS[area][3:4], None, *_AREAS[area][5:])
        if area
        else ("National", *[None] * 6)
    )
    return [
        ("bds_long_0", str(year), None, *place, "Total", "Total", name,
         repr(round(mean * (0.85 + 0.3 * _wobble(scene, "lait", _key(area), year, number)), 1)))
        for number, (name, mean) in enumerate(_LAIT.items())
    ]  # fmt: skip


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """The published shapes, or the feed's own long form where tables were spoilt."""
    sound = extract(scene, partner) or {}
    if any(not frame.equals(sound[name]) for name, frame in tables.items()):
        return csv_files.write(feeds.load(FEED), tables, folder)
    return write_published(tables, folder)
