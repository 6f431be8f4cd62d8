"""What a reader of a release's open data knows: of each count what is told, or that it is hidden.

Belongs here: open_data/*.csv, and the truth beside it, by which the attack is judged. Does not belong here: what follows from several figures
(attack_relations.py).

A figure is told to the nearest 5, or as c: then it is anything from 0. One that is x (not supplied, or of grade D) is no cell: nothing is told of it, and it
is no small one, for those are c.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from sendjc_pipeline.reporting import Quarter

TOP, STEP = 7, 5
ALL = "Total"
YEAR = "calendar_ytd"


class Cell(NamedTuple):
    """A count of children: n of what is counted, d of those among whom."""

    release: int
    area: str
    metric: str
    window: str
    service: str
    tier: str
    topic: str
    group: str
    kind: str


@dataclass
class Release:
    """One release as a reader has it, and the truth of it."""

    name: str
    quarter: Quarter
    truth: dict[Cell, int] = field(default_factory=dict)
    # The least and the most that each may be; None: hidden.
    shown: dict[Cell, tuple[float, float] | None] = field(default_factory=dict)


def read(
    at: int, name: str, quarter: Quarter, open_data: Path, truth: Path, only_small_hidden: bool = False
) -> Release:
    """The cells of a release. `only_small_hidden`: as they would stand if nothing were hidden for another's sake."""
    release = Release(name, quarter)
    told = _told(open_data)
    rows = duckdb.sql(
        "select area_code, metric_id, time_window, service, tier, breakdown_topic, breakdown, unit, numerator, denominator, value"
        f" from read_parquet('{truth}') where geographic_level = 'Local authority' and value is not null"
    ).fetchall()
    for area, metric, window, service, tier, topic, group, unit, numerator, denominator, value in rows:
        is_share = unit in ("pct", "pct_change") or unit.startswith(("rate", "per"))
        n = (numerator if numerator is not None else value) if unit == "count" else numerator if is_share else None
        is_year = window == YEAR
        where = (is_year, area, service, tier, topic, group)
        stem = f"{metric}_{window}" if (is_year, f"{metric}_{window}") in told.columns else metric
        for kind, count in (("n", n), ("d", denominator)):
            if count is None:
                continue
            cell = Cell(at, area, metric, window, service, tier, topic, group, kind)
            part = "_den" if kind == "d" else "_num" if unit == "pct" else ""
            said = told.said.get((where, stem + part), "x")
            if said == "x":
                continue
            release.truth[cell] = round(count)
            if only_small_hidden:
                others = denominator - n if is_share and denominator is not None and n is not None else None
                said = "c" if any(few and 1 <= few <= TOP for few in (n, denominator, others)) else ""
            # A rate is told with what it is of, so that its count is, to the nearest 5; a mean of months is of three.
            is_own = said and (kind == "d" or unit in ("count", "pct"))
            months = 3 if window == "month_mean" and kind == "n" else 1
            release.shown[cell] = (
                None if said == "c" else _band(float(said) if is_own else near(count / months), months)
            )
    return release


def near(count: float) -> float:
    """To the nearest 5."""
    return math.floor(count / STEP + 0.5) * STEP


def _band(said: float, months: int) -> tuple[float, float]:
    """What a count may be of which a multiple of 5 is told: nothing, or more than the small ones."""
    if said == 0:
        return 0, 0
    least, most = (said - STEP / 2) * months, (said + STEP / 2) * months
    return max(math.ceil(least), TOP + 1), math.ceil(most) - 1


class _Told(NamedTuple):
    """What each cell of the files says, by file (whether of the year to date), place, filters and column; and their columns."""

    said: dict[tuple[tuple[object, ...], str], str]
    columns: set[tuple[bool, str]]


def _told(folder: Path) -> _Told:
    told = _Told({}, set())
    for path in sorted(folder.glob("send_*.csv")):
        if path.name.endswith(".meta.csv"):
            continue
        is_year = path.stem.endswith("year_to_date")
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            told.columns.update((is_year, column) for column in reader.fieldnames or ())
            for row in reader:
                filters = [row.get(name, ALL) for name in ("service", "tier", "breakdown_topic", "breakdown")]
                where = (is_year, row["new_la_code"], *filters)
                told.said.update(((where, column), text) for column, text in row.items() if text != "z")
    return told
