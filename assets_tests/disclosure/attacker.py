"""An attacker who has every published table of every release, knows how figures add up, and has a solver.

Independent of sendjc_pipeline: it reads published rows, writes its own equations and asks HiGHS for the least and the most that a hidden count can be.
It is told more than any reader is: which of the counts of a marked percentage is small, and of figures near which nothing seems to have moved, which did not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

Figure = tuple[
    str, str, str, str, str, str, str, str
]  # metric, area, quarter, window, service, tier, breakdown_topic, breakdown
KEYS = ["metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown"]
ROLLUP = {"qt1": ("nottingham", "nottinghamshire")}
BEFORE = {"2025-26-Q1": "2024-25-Q4", "2025-26-Q2": "2025-26-Q1", "2025-26-Q3": "2025-26-Q2"}
NEAR = 1e-6
NESTED = {"in_time_exc": "in_time"}


@dataclass
class Attacker:
    """Variables, their bounds and equations; `hidden` is what it wants: (name, variable, truth)."""

    top: int
    step: int
    told_unchanged: bool = False  # whether it is told, where nothing seems to have moved, which hidden figures did not
    sees_marks: bool = True  # open data says c of every hidden figure
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    sums: list[dict[int, float]] = field(default_factory=list)
    at_most: list[dict[int, float]] = field(default_factory=list)
    hidden: list[tuple[object, int, int]] = field(default_factory=list)
    differences: list[tuple[object, int, int, int]] = field(default_factory=list)
    cells: list[dict[tuple[Figure, str], int]] = field(default_factory=list)
    seen: list[dict[tuple[str, ...], dict[object, float]]] = field(
        default_factory=list
    )  # what each release shows, by measure, area, quarter and window
    truths: list[dict[tuple[Figure, str], int]] = field(default_factory=list)

    def read(self, shown: pd.DataFrame, truth: pd.DataFrame) -> None:
        """Take in one release: what it shows, and the truth only to say what the attacker is told beside it."""
        cells: dict[tuple[Figure, str], int] = {}
        real: dict[tuple[Figure, str], int] = {}
        self.seen.append(defaultdict(dict))
        merged = shown.merge(truth, on=KEYS, suffixes=("", "_true"))
        assert len(merged) == len(shown)
        for row in merged.to_dict("records"):
            figure = tuple(row[key] for key in KEYS)
            for kind, column in (("n", "numerator"), ("d", "denominator")):
                if np.isnan(row[f"{column}_true"]):
                    continue
                count = int(row[f"{column}_true"])
                low, high = self._bounds(row, column, count)
                cells[figure, kind] = self._variable(low, high)
                if not np.isnan(row[column]):
                    self.seen[-1][figure[:4]][figure, kind] = row[column]
                real[figure, kind] = count
                if np.isnan(row[column]) and 1 <= count <= self.top:
                    self.hidden.append(((len(self.cells), figure, kind), cells[figure, kind], count))
        self._equate_within(cells, real)
        self._equate_between(cells, real)
        self.cells.append(cells)
        self.truths.append(real)

    def recovered(self) -> list[tuple[object, int, float, float]]:
        """Every hidden count of 1 to the threshold that is known to be one, and not to be free to be each of these: (name, truth, least, most)."""
        return self._too_narrow([(name, {variable: 1.0}, truth) for name, variable, truth in self.hidden])

    def told_apart(self, kinds: tuple[str, ...]) -> list[tuple[object, int, float, float]]:
        """Every difference of 1 to the threshold, of these kinds, that is known to be one, as `recovered`."""
        wanted = [
            (name, {first: 1.0, second: -1.0} if truth > 0 else {first: -1.0, second: 1.0}, abs(truth))
            for name, first, second, truth in self.differences
            if name[0] in kinds
        ]
        return self._too_narrow(wanted)

    def _too_narrow(self, wanted: list[tuple[object, dict[int, float], int]]) -> list[tuple[object, int, float, float]]:
        """A table that fits the releases is proof for every number in it, so many are judged by each solution; what is left is solved by itself."""
        least, most = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)

        def safe() -> np.ndarray:
            return most - least >= self.top - 1 - NEAR

        draw = np.random.default_rng(1)
        for _ in range(40):
            left = np.flatnonzero(~safe())
            if not len(left):
                return []
            cost = np.zeros(len(self.lower))
            for at in left:
                sign = draw.choice((-1.0, 1.0))
                for variable, coefficient in wanted[at][1].items():
                    cost[variable] += sign * coefficient
            self._look(cost, wanted, least, most)
        for at in np.flatnonzero(~safe()):
            for sign in (-1.0, 1.0):
                if not safe()[at]:
                    cost = np.zeros(len(self.lower))
                    for variable, coefficient in wanted[at][1].items():
                        cost[variable] = sign * coefficient
                    self._look(cost, wanted, least, most)
        return [(wanted[at][0], wanted[at][2], float(least[at]), float(most[at])) for at in np.flatnonzero(~safe())]

    def _look(
        self, cost: np.ndarray, wanted: list[tuple[object, dict[int, float], int]], least: np.ndarray, most: np.ndarray
    ) -> None:
        table = self._solve(cost)
        for at, (_, terms, _) in enumerate(wanted):
            number = sum(coefficient * table[variable] for variable, coefficient in terms.items())
            least[at], most[at] = min(least[at], number), max(most[at], number)

    def _bounds(self, row: dict[str, Any], column: str, count: int) -> tuple[float, float]:
        if np.isnan(row[column]):
            if 1 <= count <= self.top:
                # Of a percentage it is told that something in it is small: if that is the numerator, nothing of the whole.
                by_numerator = column == "denominator" and 1 <= row["numerator_true"] <= self.top
                return (
                    (1, self.top)
                    if self.sees_marks and row["suppression"] == "primary" and not by_numerator
                    else (0, np.inf)
                )
            return 0, np.inf
        return self._band(row[column])

    def _band(self, said: float) -> tuple[float, float]:
        if self.step == 1 or said == 0:
            return said, said
        return max(said - self.step // 2, self.top + 1), said + self.step // 2

    def _variable(self, low: float, high: float) -> int:
        self.lower.append(low)
        self.upper.append(high)
        return len(self.lower) - 1

    def _equate_within(self, cells: dict[tuple[Figure, str], int], real: dict[tuple[Figure, str], int]) -> None:  # noqa: C901 - one relation after the other
        wholes: dict[object, list[tuple[Figure, str]]] = defaultdict(list)
        for (figure, kind), variable in cells.items():
            metric, area, quarter, window, service, tier, topic, value = figure
            if topic != "Total":
                wholes[(metric, area, quarter, window, service, tier, "Total", "Total"), kind, topic].append(
                    (figure, kind)
                )
            if tier != "Total":
                wholes[(metric, area, quarter, window, service, "Total", topic, value), kind, "tier"].append(
                    (figure, kind)
                )
            for rollup, members in ROLLUP.items():
                if area in members:
                    wholes[(metric, rollup, *figure[2:]), kind, "area"].append((figure, kind))
            if window == "quarter":
                year = (metric, area, quarter, "calendar_ytd", *figure[4:])
                if (year, kind) in cells:
                    self.at_most.append({variable: 1, cells[year, kind]: -1})
                    self._differ(
                        ("year to date", figure, kind),
                        cells[year, kind],
                        variable,
                        real[year, kind] - real[figure, kind],
                    )
            if kind == "n" and (figure, "d") in cells:
                self.at_most.append({variable: 1, cells[figure, "d"]: -1})
                self._differ(
                    ("complement", figure), cells[figure, "d"], variable, real[figure, "d"] - real[figure, "n"]
                )
            if metric in NESTED and ((NESTED[metric], *figure[1:]), kind) in cells:
                other = (NESTED[metric], *figure[1:])
                self.at_most.append({variable: 1, cells[other, kind]: -1})
                self._differ(
                    ("nested", figure, kind), cells[other, kind], variable, real[other, kind] - real[figure, kind]
                )
            if metric == "plans" and (("in_time", *figure[1:]), "d") in cells:
                self.sums.append({variable: 1, cells[("in_time", *figure[1:]), "d"]: -1})
        for (whole, kind, _), parts in wholes.items():
            if (whole, kind) in cells:
                self.sums.append({cells[part]: 1.0 for part in parts} | {cells[whole, kind]: -1.0})

    def _equate_between(self, cells: dict[tuple[Figure, str], int], real: dict[tuple[Figure, str], int]) -> None:
        """What ties this release to earlier ones: figures of which nothing near has visibly moved, and years to date that grow by a quarter."""
        latest: dict[str, int] = {}
        for at, earlier in enumerate(self.cells):
            latest |= {figure[2]: at for figure, _ in earlier}
        for (figure, kind), variable in cells.items():
            for at, earlier in enumerate(self.cells):
                is_same = (figure, kind) in earlier and self.truths[at][figure, kind] == real[figure, kind]
                if is_same and self.told_unchanged and not self._has_moved(at, figure):
                    self.sums.append({variable: 1, earlier[figure, kind]: -1})
            metric, area, quarter, window, *rest = figure
            if window == "calendar_ytd" and BEFORE.get(quarter) in latest:
                at = latest[BEFORE[quarter]]
                now, before = (
                    ((metric, area, quarter, "quarter", *rest), kind),
                    ((metric, area, BEFORE[quarter], window, *rest), kind),
                )
                if before in self.cells[at] and real[figure, kind] == real[now] + self.truths[at][before]:
                    self.sums.append({variable: 1, cells[now]: -1, self.cells[at][before]: -1})

    def _has_moved(self, at: int, figure: Figure) -> bool:
        """Whether any shown figure of this measure, area, quarter and window was another in that earlier release, or is hidden now."""
        then, now = self.seen[at].get(figure[:4], {}), self.seen[-1].get(figure[:4], {})
        return any(now.get(name) != number for name, number in then.items())

    def _differ(self, name: object, first: int, second: int, truth: int) -> None:
        if 1 <= abs(truth) <= self.top:
            self.differences.append((name, first, second, truth))

    def _solve(self, cost: np.ndarray) -> np.ndarray:
        bounds = np.column_stack([self.lower, np.minimum(self.upper, 1e5)])
        solved = linprog(cost, A_eq=self._matrix("sums"), b_eq=np.zeros(len(self.sums)), A_ub=self._matrix("at_most"), b_ub=np.zeros(len(self.at_most)),
            bounds=bounds, method="highs")  # fmt: skip
        assert solved.status == 0, f"the truth itself does not fit: {solved.message}"
        return solved.x

    def _matrix(self, which: str) -> coo_matrix | None:
        cached = self.__dict__.setdefault("_made", {})
        rows: list[dict[int, float]] = getattr(self, which)
        if (which, len(rows), len(self.lower)) not in cached:
            entries = [(at, variable, value) for at, row in enumerate(rows) for variable, value in row.items()]
            at, variable, value = zip(*entries, strict=True) if entries else ((), (), ())
            cached[which, len(rows), len(self.lower)] = (
                coo_matrix((value, (at, variable)), shape=(len(rows), len(self.lower))).tocsr() if rows else None
            )
        return cached[which, len(rows), len(self.lower)]
