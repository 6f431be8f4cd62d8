"""Postcodes and establishments of the four areas.

Belongs here: synthetic addresses by area, from seeds/reference/outward_code_area.csv, and synthetic schools. Does not
belong here: who lives or learns there. The inward part is drawn, so a postcode is well-formed but not a known address.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.calibration import EPOCH
from sendjc_pipeline.synthetic.draws import Draws

_SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "outward_code_area.csv"
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_INWARD = np.array(list(INWARD))
_ELSEWHERE = {"derby": ("DE7", "DE65", "DE72"), "newcastle": ("NE12", "NE27", "NE8"), "nottingham": ("NG10", "LE12"),
              "nottinghamshire": ("DN10", "LE14", "S43")}  # fmt: skip


@lru_cache(maxsize=1)
def outward_codes() -> dict[str, tuple[str, ...]]:
    """Read outward codes by area id; 'elsewhere-<area>' holds codes just outside, for patients who cross a border."""
    seed = pl.read_csv(_SEED, infer_schema=False)
    by_area = seed.group_by("area_id", maintain_order=True).agg("outward_code").rows()
    inside = {str(area): tuple(codes) for area, codes in by_area}
    own = {code for codes in inside.values() for code in codes}  # an area added since may hold what was just outside
    return inside | {f"elsewhere-{area}": tuple(c for c in codes if c not in own) for area, codes in _ELSEWHERE.items()}


def postcodes(area: pl.Series, draws: Draws) -> list[str]:
    """Draw a postcode in each given area (an area id or 'elsewhere-<area>'), as 'NG7 2QX'."""
    size = len(area)
    pick, digit = draws.uniform(size), draws.whole(0, 9, size)
    first, second = _INWARD[draws.whole(0, 19, size)], _INWARD[draws.whole(0, 19, size)]
    outward = np.empty(size, dtype=object)
    where = area.to_numpy()
    for name, codes in outward_codes().items():
        here = where == name
        outward[here] = np.array(codes, dtype=object)[(pick[here] * len(codes)).astype(np.int64)]
    rows = zip(outward.tolist(), digit.tolist(), first.tolist(), second.tolist(), strict=True)
    return [f"{out} {number}{one}{two}" for out, number, one, two in rows]


PHASES = ("early years", "primary", "secondary", "further")
_SCHOOLS = (40, 90, 22, 5)
_SPECIAL = 14


def phase(dob: pl.Expr, day: int) -> pl.Expr:
    """Give the position in PHASES on a day, by age at the start of the academic year (days since 1970)."""
    when = EPOCH + timedelta(days=day)
    start = date(when.year - (when.month < 9), 9, 1)
    age = ((start - EPOCH).days - dob) / 365.25
    return pl.when(age < 4).then(0).when(age < 11).then(1).when(age < 16).then(2).otherwise(3).cast(pl.Int64)


def school(la_code: pl.Expr, phase_of: pl.Expr, special: pl.Expr, pick: pl.Expr) -> pl.Expr:
    """Give the URN of a synthetic establishment, from 900000 up, which are not in use; `pick` is a number in [0, 1)."""
    council = la_code.replace_strict({831: 0, 391: 1, 892: 2, 891: 3}, default=4, return_dtype=pl.Int64)
    schools = phase_of.replace_strict(dict(enumerate(_SCHOOLS)), return_dtype=pl.Int64)
    ordinary = phase_of * 1_000 + (pick * schools).floor().cast(pl.Int64)
    special_school = 5_000 + (pick * _SPECIAL).floor().cast(pl.Int64)
    return 900_000 + council * 10_000 + pl.when(special).then(special_school).otherwise(ordinary)
