"""What a reader can work out: the range of each cell, from the ranges of the others and the equations between them.

Belongs here: arithmetic on ranges. Does not belong here: what the cells are, or what to do where a range is too narrow (hiding.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
Indexes: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

PASSES = 200


@dataclass(frozen=True)
class Equations:
    """Terms, in the order of their equations: coefficient (1 or -1) times cell, which add up to 0 in each equation."""

    equation: Indexes
    cell: Indexes
    coefficient: Numbers
    count: int

    def of(self, cells: Flags) -> Flags:
        """Which equations hold any of these cells."""
        found = np.zeros(self.count, dtype=bool)
        found[self.equation[cells[self.cell]]] = True
        return found

    def only(self, kept: Flags) -> Equations:
        """Those equations that are kept, under the same numbers."""
        terms = kept[self.equation]
        return Equations(self.equation[terms], self.cell[terms], self.coefficient[terms], self.count)


@dataclass(frozen=True)
class Ranges:
    """Lowest and highest value of each cell."""

    lower: Numbers
    upper: Numbers

    @property
    def open(self) -> Flags:
        """Which cells have more than one value."""
        return self.upper > self.lower


def implied(equations: Equations, ranges: Ranges) -> Ranges:
    """For each term, the range of its cell that its equation leaves it, by the ranges of the other terms."""
    signed = equations.coefficient > 0
    lower, upper = ranges.lower[equations.cell], ranges.upper[equations.cell]
    least, most = np.where(signed, lower, -upper), np.where(signed, upper, -lower)
    rest_least, rest_most = _others(equations, least, -np.inf), _others(equations, most, np.inf)
    return Ranges(np.where(signed, -rest_most, rest_least), np.where(signed, -rest_least, rest_most))


def narrow(equations: Equations, ranges: Ranges) -> Ranges:
    """The ranges after every equation was used on every cell until nothing changes. An equation that no values satisfy tells nothing.

    Where equations meet in no circle the result is exact: each end of each range is a value that the cell has in some table which fits.
    """
    active, broken = equations, np.zeros(equations.count, dtype=bool)
    for _ in range(PASSES):
        told = implied(active, ranges)
        before_lower, before_upper = ranges.lower[active.cell], ranges.upper[active.cell]
        broken[active.equation[(told.lower > before_upper) | (told.upper < before_lower)]] = True
        closer = ((told.lower > before_lower) | (told.upper < before_upper)) & ~broken[active.equation]
        if not closer.any():
            break
        lower, upper = ranges.lower.copy(), ranges.upper.copy()
        np.maximum.at(lower, active.cell[closer], told.lower[closer])
        np.minimum.at(upper, active.cell[closer], told.upper[closer])
        crossed = lower > upper  # told by two equations that contradict each other: neither is believed
        ranges = Ranges(np.where(crossed, ranges.lower, lower), np.where(crossed, ranges.upper, upper))
        broken[active.equation[closer & crossed[active.cell]]] = True
        changed = np.zeros(len(lower), dtype=bool)
        changed[active.cell[closer]] = True
        active = equations.only(equations.of(changed) & ~broken)
    return ranges


def _others(equations: Equations, values: Numbers, infinite: float) -> Numbers:
    """For each term, the sum of `values` over the other terms of its equation, infinite where one of these is."""
    endless = ~np.isfinite(values)
    finite = np.where(endless, 0.0, values)
    sums = np.bincount(equations.equation, finite, equations.count)[equations.equation] - finite
    endless_others = np.bincount(equations.equation, endless, equations.count)[equations.equation] - endless
    return np.where(endless_others > 0, infinite, sums)
