"""An attacker who holds the open data of every release, knows how figures add up, and has a solver.

The range of a hidden count is the least and the most that HiGHS finds for it under all relations. Belongs here: those ranges. Does not belong here: what
is told (attack_reading.py), how figures hang together (attack_relations.py), or the releases (attack_home.py).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from benchmarks.attack_reading import TOP, Cell, Release
from benchmarks.attack_relations import Relations, Standing

_MOST = 1e5


class Found(NamedTuple):
    """A hidden count and the range that is left of it."""

    cell: Cell
    truth: int
    least: float
    most: float

    @property
    def is_told(self) -> bool:
        """Whether one number is left."""
        return self.least == self.most


class Attack:
    """Variables, their bounds, equations and inequalities."""

    def __init__(self, releases: Sequence[Release], standing: dict[int, Standing], is_exact: bool = False) -> None:
        """`standing`: what is known of each revision. `is_exact`: as if nothing were rounded."""
        relations = Relations(releases, standing)
        self.truth = relations.truth
        shown = {cell: said for release in releases for cell, said in release.shown.items()}
        self.cells = list(self.truth)
        self.at = {cell: at for at, cell in enumerate(self.cells)}
        self.lower, self.upper = np.zeros(len(self.cells)), np.full(len(self.cells), _MOST)
        self.hidden = [at for at, cell in enumerate(self.cells) if shown[cell] is None]
        for cell, band in shown.items():
            if band is not None:
                self.lower[self.at[cell]], self.upper[self.at[cell]] = (self.truth[cell],) * 2 if is_exact else band
        self.equal: list[dict[int, float]] = []
        self.most: list[dict[int, float]] = []
        for terms, is_equal in relations.that_hold():
            (self.equal if is_equal else self.most).append({self.at[cell]: factor for cell, factor in terms.items()})

    def targets(self) -> list[int]:
        """The hidden counts of 1 to 7."""
        return [at for at in self.hidden if 1 <= self.truth[self.cells[at]] <= TOP]

    def narrowed(self) -> list[Found]:
        """Every hidden count of 1 to 7 whose range is narrower than from 1 to 7."""
        found: list[Found] = []
        wanted = defaultdict(list)
        of = self._components()
        for at in self.targets():
            wanted[of[at]].append(at)
        by_part = self._by_component(of)
        for part, targets in wanted.items():
            found += _ranges(self, by_part[part], targets)
        return found

    def _components(self) -> np.ndarray:
        """Which figures hang together, by number: what is known exactly ties nothing to anything."""
        known = self.lower == self.upper
        free = [[at for at in row if not known[at]] for row in (*self.equal, *self.most)]
        pairs = [pair for row in free for pair in pairwise(row)]
        ends = tuple(zip(*pairs, strict=True)) if pairs else ((), ())
        links = coo_matrix((np.ones(len(pairs)), ends), shape=(len(self.cells),) * 2)
        return connected_components(links, directed=False)[1]

    def _by_component(self, of: np.ndarray) -> dict[int, tuple[list[dict[int, float]], list[dict[int, float]]]]:
        parts: dict[int, tuple[list[dict[int, float]], list[dict[int, float]]]] = defaultdict(lambda: ([], []))
        known = self.lower == self.upper
        for which, rows in enumerate((self.equal, self.most)):
            for row in rows:
                free = [at for at in row if not known[at]]
                if free:
                    parts[of[free[0]]][which].append(row)
        return parts


def _ranges(
    attack: Attack, rows: tuple[list[dict[int, float]], list[dict[int, float]]], targets: list[int]
) -> list[Found]:
    """A table that fits is proof for every number in it, so many counts are judged by each solution; what is left is solved by itself."""
    used = sorted({at for part in rows for row in part for at in row} | set(targets))
    place = {at: number for number, at in enumerate(used)}
    lower, upper = attack.lower[used], attack.upper[used]
    matrices = [_matrix(part, place) for part in rows]
    wanted = np.array([place[at] for at in targets])
    least, most = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)

    def look(cost: np.ndarray) -> None:
        solved = linprog(cost, A_eq=matrices[0], b_eq=np.zeros(len(rows[0])) if rows[0] else None, A_ub=matrices[1],
            b_ub=np.zeros(len(rows[1])) if rows[1] else None, bounds=np.column_stack([lower, upper]), method="highs")  # fmt: skip
        assert solved.status == 0, f"the truth itself does not fit: {solved.message}"
        least[:], most[:] = np.minimum(least, solved.x[wanted]), np.maximum(most, solved.x[wanted])

    draw = np.random.default_rng(1)
    for _ in range(30 if len(wanted) > 2 else 0):
        left = np.flatnonzero(_width(least, most) < TOP - 1)
        if not len(left):
            return []
        cost = np.zeros(len(used))
        cost[wanted[left]] = draw.choice((-1.0, 1.0), len(left))
        look(cost)
    found = []
    for number in np.flatnonzero(_width(least, most) < TOP - 1):
        for sign in (-1.0, 1.0):
            cost = np.zeros(len(used))
            cost[wanted[number]] = sign
            look(cost)
        if _width(least, most)[number] < TOP - 1:
            cell = attack.cells[targets[number]]
            found.append(
                Found(cell, attack.truth[cell], math.ceil(least[number] - 1e-6), math.floor(most[number] + 1e-6))
            )
    return found


def _width(least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """How many whole numbers lie between."""
    return np.floor(most + 1e-6) - np.ceil(least - 1e-6)


def _matrix(rows: list[dict[int, float]], place: dict[int, int]) -> coo_matrix | None:
    entries = [(at, place[cell], factor) for at, row in enumerate(rows) for cell, factor in row.items()]
    if not entries:
        return None
    at, cell, factor = zip(*entries, strict=True)
    return coo_matrix((factor, (at, cell)), shape=(len(rows), len(place))).tocsr()
