"""What the local returns share: whose areas a partner reports on, rows for every slice, and counts from noise keyed to the slice.

Belongs here: the machinery of aggregate returns. Does not belong here: the columns of any return (partner_feeds), or anything about a
child: returns are not added up from the simulated children, because partners keep these counts apart from their case systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic import xlsx
from sendjc_pipeline.synthetic.draws import Floats, Ints, noise
from sendjc_pipeline.synthetic.scene import Scene

_PROVIDERS = {
    "RHA": ("nottingham", "nottinghamshire"), "NR3": ("nottingham",), "RY8": ("derby",), "RXM": ("derby",), "RTD": ("newcastle",),
    "RX4": ("newcastle",),
}  # fmt: skip
_BOARDS = {"QT1": ("nottingham", "nottinghamshire"), "QJ2": ("derby",), "QHM": ("newcastle",)}
# Children and young people under 18 at mid-2024, in thousands (ONS mid-year estimates): the size that volumes go with.
CHILDREN = {"derby": 62.1, "newcastle": 61.0, "nottingham": 68.7, "nottinghamshire": 171.6}


def councils(areas: Sequence[str]) -> list[str]:
    """The councils of the areas."""
    return list(areas)


def providers(areas: Sequence[str], among: Sequence[str] = tuple(_PROVIDERS)) -> list[str]:
    """The providers among those named that serve any of the areas."""
    return [partner for partner in among if set(_PROVIDERS[partner]) & set(areas)]


def boards(areas: Sequence[str]) -> list[str]:
    """The integrated care boards of the areas."""
    return [partner for partner, served in _BOARDS.items() if set(served) & set(areas)]


def areas_of(partner: str, areas: Sequence[str]) -> list[str]:
    """The asked areas that a partner reports on."""
    served = _PROVIDERS.get(partner) or _BOARDS.get(partner) or (partner,)
    return [area for area in served if area in areas]


def rows(scene: Scene, monthly: bool = True, **slices: Sequence[str]) -> pl.DataFrame:
    """One row for every combination of the slices, and of the quarter's months where `monthly`.

    Columns: month (text, first day) and t (months since year 0) where monthly, else as_of (text, last day) and t; then the slices.
    """
    quarter = scene.quarter
    days = [month.start for month in quarter.months()] if monthly else [quarter.end]
    frame = pl.DataFrame(
        {"month" if monthly else "as_of": [str(day) for day in days], "t": [day.year * 12 + day.month for day in days]}
    )
    for name, members in slices.items():
        frame = frame.join(pl.DataFrame({name: list(members)}, schema={name: pl.String}), how="cross")
    return frame


def uniform(scene: Scene, frame: pl.DataFrame, salt: str, keys: Sequence[str], shift: int | None = None) -> Floats:
    """A number in [0, 1) per row, fixed by the texts in `keys`, and by the month (moved by `shift`) unless that is None."""
    coded = [
        np.array([crc32(value.encode()) for value in frame[key].to_list()], dtype=np.int64)
        for key in keys
        if frame.height
    ] or [np.zeros(frame.height, dtype=np.int64)]
    if shift is not None:
        coded.append(frame["t"].to_numpy().astype(np.int64) + shift)
    return noise(scene.world.seed, salt, *coded)


def around(
    scene: Scene, frame: pl.DataFrame, salt: str, keys: Sequence[str], mean: float | Floats, least: int = 0
) -> Ints:
    """A count per row that moves by a fifth about `mean` times the size of its area and the world's scale; never under `least`."""
    size = scene.world.scale * frame["area"].replace_strict(CHILDREN, return_dtype=pl.Float64).to_numpy() / 70
    exact = mean * size * (0.8 + 0.4 * uniform(scene, frame, salt, keys, 0))
    return np.maximum(np.floor(exact + uniform(scene, frame, f"{salt} rest", keys, 0)), least).astype(np.int64)


def part(scene: Scene, frame: pl.DataFrame, salt: str, keys: Sequence[str], whole: Ints, share: float) -> Ints:
    """A part of each count, near the share of it, never more than the whole."""
    exact = whole * np.clip(share * (0.85 + 0.3 * uniform(scene, frame, salt, keys, 0)), 0, 1)
    return np.minimum(np.floor(exact + uniform(scene, frame, f"{salt} rest", keys, 0)), whole).astype(np.int64)


def rolled(
    scene: Scene, frame: pl.DataFrame, salt: str, keys: Sequence[str], arrived: Ints, least: Ints
) -> tuple[Ints, Ints, Ints]:
    """Those open at the start and at the end of each month, and those that left; what is open at an end is open at the next start.

    `least` is, per row, the fewest that arrive in any month of the slice: so many can be open, and none leaves who was not there.
    """
    start = np.floor(least * uniform(scene, frame, salt, keys, 0)).astype(np.int64)
    end = np.floor(least * uniform(scene, frame, salt, keys, 1)).astype(np.int64)
    return start, end, start + arrived - end


def text(frame: pl.DataFrame, **columns: Ints | Floats | Sequence[str | None] | pl.Series) -> pl.DataFrame:
    """The frame with these columns, everything as text and without t; numbers that are not whole get two places."""
    made = frame.with_columns(pl.Series(name, values) for name, values in columns.items()).drop("t")
    return made.select(
        pl.col(name).map_elements(lambda x: f"{x:.2f}", return_dtype=pl.String)
        if kind.is_float()
        else pl.col(name).cast(pl.String)
        for name, kind in made.schema.items()
    )


def write_workbook(tables: dict[str, pl.DataFrame], path: Path) -> dict[str, int]:
    """One sheet per table, whole numbers as numbers; returns {file name: rows}."""
    sheets: dict[str, Sequence[Sequence[xlsx.Cell]]] = {
        name: [frame.columns, *([_cell(value) for value in row] for row in frame.rows())]
        for name, frame in tables.items()
    }
    xlsx.write(sheets, path)
    return {path.name: sum(frame.height for frame in tables.values())}


def _cell(value: str | None) -> xlsx.Cell:
    return (
        int(value)
        if value is not None and value.isascii() and value.isdecimal() and str(int(value)) == value
        else value
    )


def day(scene: Scene, before_end: int) -> str:
    """A day of the quarter as text, counted back from its last."""
    return str(np.datetime64(cal.EPOCH) + np.timedelta64(scene.end - before_end, "D"))
