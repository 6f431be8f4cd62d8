"""What a reader with a solver can work out: the exact range of hidden cells over all equations at once.

Belongs here: linear programs, and which of them are needed. Does not belong here: what is asked of a cell (hiding.py), or ranges that one equation
after the other tells (bounds.py): these are exact already where no equations meet in a circle, so only circles come here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, hstack, identity
from scipy.sparse.csgraph import connected_components

from sendjc_pipeline.disclosure.bounds import Equations, Flags, Indexes, Numbers, Ranges

SWEEPS = 6
_NEAR = 1e-6


@dataclass(frozen=True)
class Asked:
    """Hidden cells and what is asked of each.

    One that is published can be `low` and `high`, or more where nothing says that it is small; another can be outside of these.
    """

    cells: Indexes
    is_published: Flags
    may_be_large: Flags
    low: Numbers
    high: Numbers

    def met(self, least: Numbers, most: Numbers) -> Flags:
        """Whether each has what is asked, if it can be as little and as much as this."""
        spans = (least <= self.low + _NEAR) & (most >= self.high - _NEAR)
        leaves = (least <= self.low - 1 + _NEAR) | (most >= self.high + 1 - _NEAR)
        return np.where(self.is_published, spans | (self.may_be_large & (most > self.high + _NEAR)), leaves)


def too_narrow(equations: Equations, ranges: Ranges, asked: Asked) -> Indexes:
    """The cells that have not what is asked of them; `ranges` is what the equations tell one by one."""
    system = _circles(equations, ranges, asked.cells)
    if system is None:
        return np.empty(0, dtype=np.int64)
    inside = np.isin(asked.cells, system.cells)
    asked = Asked(
        asked.cells[inside],
        asked.is_published[inside],
        asked.may_be_large[inside],
        asked.low[inside],
        asked.high[inside],
    )
    at = np.searchsorted(system.cells, asked.cells)
    least, most = np.full(len(at), np.inf), np.full(len(at), -np.inf)

    def look(cost: Numbers) -> None:
        found = system.solve(cost)[at]
        np.minimum(least, found, out=least)
        np.maximum(most, found, out=most)

    # A table that fits is proof for every cell that stands in it at an end of its range, so most need no program of their own.
    draw = np.random.default_rng(0)
    for _ in range(SWEEPS):
        left = ~asked.met(least, most)
        if not left.any():
            return np.empty(0, dtype=np.int64)
        cost = np.zeros(len(system.cells))
        cost[at] = np.where(left, draw.choice((-1.0, 1.0), len(at)), 0.0)
        look(cost)
        look(-cost)
    tried = np.zeros(len(at), dtype=bool)
    while (left := np.flatnonzero(~asked.met(least, most) & ~tried)).size:
        _, one = np.unique(system.component[at[left]], return_index=True)  # one cell of each circle at a time
        now = left[one]
        cost = np.zeros(len(system.cells))
        cost[at[now]] = 1.0
        look(cost)
        look(-cost)
        tried[now] = True
    return asked.cells[~asked.met(least, most)]


def contradicted(equations: Equations, assumed: Flags, ranges: Ranges) -> Flags:
    """The fewest assumed equations, or nearly, that must be given up for some table to fit the ranges and all the others."""
    terms = assumed[equations.equation]
    cell, coefficient = equations.cell[terms], equations.coefficient[terms]
    names, row = np.unique(equations.equation[terms], return_inverse=True)
    free = ranges.open[cell]
    cells, column = np.unique(cell[free], return_inverse=True)
    constant = -np.bincount(row[~free], (coefficient * ranges.lower[cell])[~free], len(names))
    given_up = np.zeros(equations.count, dtype=bool)
    if not len(names):
        return given_up
    known = coo_matrix((coefficient[free], (row[free], column)), shape=(len(names), len(cells)))
    off = identity(len(names))
    cost = np.concatenate([np.zeros(len(cells)), np.ones(2 * len(names))])
    lower = np.concatenate([ranges.lower[cells], np.zeros(2 * len(names))])
    upper = np.concatenate([ranges.upper[cells], np.full(2 * len(names), np.inf)])
    solved = linprog(
        cost,
        A_eq=hstack([known, off, -off]).tocsr(),
        b_eq=constant,
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    amiss = solved.x[len(cells) : len(cells) + len(names)] + solved.x[len(cells) + len(names) :]
    given_up[names[amiss > _NEAR]] = True
    return given_up


@dataclass(frozen=True)
class _System:
    """The cells that circles hold, and their equations as a matrix."""

    cells: Indexes
    component: Indexes
    matrix: csr_matrix
    constant: Numbers
    lower: Numbers
    upper: Numbers

    def solve(self, cost: Numbers) -> Numbers:
        """A table that fits and costs least. Where none fits nothing is told: every cell stays where it may be anything."""
        # No reader gains by a count of millions; a bound keeps the program finite.
        upper = np.where(np.isfinite(self.upper), self.upper, 1e6)
        solved = linprog(
            cost, A_eq=self.matrix, b_eq=self.constant, bounds=np.column_stack([self.lower, upper]), method="highs"
        )
        if solved.x is None:
            raise ArithmeticError(f"No table fits what would be published: {solved.message}")
        return np.asarray(solved.x)


def _circles(equations: Equations, ranges: Ranges, wanted: Indexes) -> _System | None:
    unknown = ranges.open
    terms = unknown[equations.cell]
    cell, equation = equations.cell[terms], equations.equation[terms]
    size = len(unknown)
    graph = coo_matrix((np.ones(len(cell)), (cell, size + equation)), shape=(size + equations.count,) * 2)
    _, label = connected_components(graph, directed=False)
    # A tree has one node more than it has edges.
    in_use = np.concatenate([unknown, np.bincount(equation, minlength=equations.count) > 0])
    nodes = np.bincount(label, in_use)
    has_circle = np.bincount(label[cell], minlength=len(nodes)) >= nodes
    asks = np.zeros(len(nodes), dtype=bool)
    asks[label[wanted]] = True
    taken = unknown & (has_circle & asks)[label[:size]]
    cells = np.flatnonzero(taken)
    if not len(cells):
        return None
    used = equations.of(taken)
    number = np.cumsum(used) - 1
    inside = used[equations.equation]
    constants = inside & ~unknown[equations.cell]
    constant = -np.bincount(
        number[equations.equation[constants]],
        (equations.coefficient * ranges.lower[equations.cell])[constants],
        int(used.sum()),
    )
    free = inside & unknown[equations.cell]
    matrix = coo_matrix(
        (equations.coefficient[free], (number[equations.equation[free]], np.searchsorted(cells, equations.cell[free]))),
        shape=(int(used.sum()), len(cells)),
    ).tocsr()
    return _System(cells, label[cells], matrix, constant, ranges.lower[cells], ranges.upper[cells])
