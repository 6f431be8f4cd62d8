"""The counts behind the synthetic release of education, health and care plans.

Belongs here: whole numbers that add up (parts to totals, boys and girls to all, regions to England) and the shares made of them. Does not
belong here: what is counted (_dfe_ehc_plans_measures), or lines and files (_dfe_ehc_plans_files).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import Ints, noise

# Shares of England, assumed from numbers of pupils.
REGIONS = {
    "E12000001": ("North East", 0.05), "E12000002": ("North West", 0.13), "E12000003": ("Yorkshire and The Humber", 0.10),
    "E12000004": ("East Midlands", 0.09), "E12000005": ("West Midlands", 0.11), "E12000006": ("East of England", 0.12),
    "E12000007": ("London", 0.16), "E12000008": ("South East", 0.16), "E12000009": ("South West", 0.08),
}  # fmt: skip
# The four areas by id, and three neighbours by their share of England (assumed).
AUTHORITIES: dict[int, str | float] = {
    831: "derby", 391: "newcastle", 892: "nottingham", 891: "nottinghamshire", 331: 0.006, 874: 0.005, 852: 0.004,
}  # fmt: skip
KEYS = np.array([*(int(code[1:]) for code in REGIONS), *AUTHORITIES])
# England in 2024 (DfE, Education, health and care plans, 2025 release): what ehc_year and ehc_ceased hold for the four areas. Refused and ceased: assumed.
_ENGLAND = {
    "requests": 154_489, "refused": 43_000, "six_week_pct": 84.8, "issued": 90_392, "exceptions": 5_526, "on_time": 41_490,
    "on_time_exceptions": 2_112, "over_52": 6_508, "active": 638_745, "ceased": 42_000,
}  # fmt: skip
_GROWTH = 1.09  # a year, assumed
_MALE = 0.71

Counts = dict[str, Ints]
Text = npt.NDArray[np.object_]


class Release:
    """The numbers of one release. Arrays of counts have (unit, year), as grown (England and the units, year, all and male and female)."""

    def __init__(self, seed: int, years: Sequence[int]) -> None:
        self.seed, self.years = seed, years
        self.base = {
            name: np.array([[self._base(name, unit, year) for year in years] for unit in range(len(KEYS))])
            for name in _ENGLAND
        }

    def _base(self, name: str, unit: int, year: int) -> int:
        """A count of one unit and year: from the calibration for the four areas, else the unit's share of England."""
        whose = (
            list(AUTHORITIES.values())[unit - len(REGIONS)] if unit >= len(REGIONS) else list(REGIONS.values())[unit][1]
        )
        growth = _GROWTH ** (year - 2024)
        if not isinstance(whose, str):
            return int(_ENGLAND[name] * whose * growth) if name != "six_week_pct" else int(_ENGLAND[name] * 10)
        known = max(year, cal.FIRST_YEAR)
        if name == "active":
            return int(cal.area_row("ehc_area", whose)["active_2025"] * growth)
        if name == "ceased":
            return int(cal.area_row("ehc_ceased", whose, year=known)["ceased"])
        value = cal.area_row("ehc_year", whose, year=known)[name]
        return int(value * 10) if name == "six_week_pct" else int(value)

    def split(self, total: Ints, shares: Mapping[str, float], salt: str) -> Counts:
        """Whole parts of a total, near the shares and a little different in each unit and year; they add up to it."""
        unit, year = (grid.ravel() for grid in np.meshgrid(KEYS, np.array(self.years), indexing="ij"))
        moved = [share * (0.8 + 0.4 * noise(self.seed, f"{salt} {name}", unit, year)) for name, share in shares.items()]
        edges = np.cumsum(np.array(moved), axis=0)
        edges = np.vstack([np.zeros_like(edges[:1]), edges / edges[-1]]).reshape(-1, *total.shape)
        cut = np.floor(edges * total + 0.5).astype(np.int64)
        return dict(zip(shares, np.diff(cut, axis=0), strict=True))


def grown(count: Ints) -> Ints:
    """England above the units, and all before male and female: (unit, year) becomes (1 + unit, year, 3)."""
    male = np.floor(count * _MALE + 0.5).astype(np.int64)
    both = np.stack([count, male, count - male], axis=2)
    return np.concatenate([both[: len(REGIONS)].sum(axis=0, keepdims=True), both])


def shares(counts: Counts, named: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, Text]:
    """Percentages with one decimal, `named` {measure: (numerator, the parts of the denominator)}; z where there is nothing to divide."""
    return {
        name: _percent(counts[over], sum((counts[n] for n in under), np.zeros_like(counts[over])))
        for name, (over, under) in named.items()
    }


def _percent(over: Ints, under: Ints) -> Text:
    return np.array(
        [f"{100 * a / b:.1f}" if b else "z" for a, b in zip(over.flat, under.flat, strict=True)], dtype=object
    ).reshape(over.shape)


def filled(
    leaves: Counts, sums: Mapping[str, Sequence[str]], named: Mapping[str, tuple[str, Sequence[str]]]
) -> dict[str, Text]:
    """Text of every measure: leaves as (unit, year), sums of them, and shares."""
    counts = {name: grown(leaf) for name, leaf in leaves.items()}
    counts |= {name: np.sum([counts[part] for part in parts], axis=0) for name, parts in sums.items()}
    return {name: count.astype(str).astype(object) for name, count in counts.items()} | shares(counts, named)
