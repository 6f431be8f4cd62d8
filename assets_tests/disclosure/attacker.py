"""An attacker who has every published table of every release, knows how figures add up, and has a solver.

Independent of sendjc_pipeline: it reads published rows, writes its own equations and asks HiGHS for the least and the most that a hidden count can be.
It is told more than any reader is: of each hidden count whether it is small, and which figures a restatement left as they were.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

Figure = tuple[str, str, str, str, str, str, str, str]  # metric, area, quarter, window, service, tier, breakdown_topic, breakdown
KEYS = ["metric_id", "area_id", "quarter", "time_window", "service", "tier", "breakdown_topic", "breakdown"]
ROLLUP = {"qt1": ("nottingham", "nottinghamshire")}
BEFORE = {"2025-26-Q1": "2024-25-Q4", "2025-26-Q2": "2025-26-Q1", "2025-26-Q3": "2025-26-Q2"}
NESTED = {"in_time_exc": "in_time"}


@dataclass
class Attacker:
    """Variables, their bounds and equations; `hidden` is what it wants: (name, variable, truth)."""

    top: int
    step: int
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    sums: list[dict[int, float]] = field(default_factory=list)
    at_most: list[dict[int, float]] = field(default_factory=list)
    hidden: list[tuple[object, int, int]] = field(default_factory=list)
    differences: list[tuple[object, int, int, int]] = field(default_factory=list)
    cells: list[dict[tuple[Figure, str], int]] = field(default_factory=list)
    truths: list[dict[tuple[Figure, str], int]] = field(default_factory=list)

    def read(self, shown: pd.DataFrame, truth: pd.DataFrame) -> None:
        """Take in one release: what it shows, and the truth only to say what the attacker is told beside it."""
        cells: dict[tuple[Figure, str], int] = {}
        real: dict[tuple[Figure, str], int] = {}
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
                real[figure, kind] = count
                if np.isnan(row[column]) and 1 <= count <= self.top:
                    self.hidden.append(((len(self.cells), figure, kind), cells[figure, kind], count))
        self._equate_within(cells, real)
        self._equate_between(cells, real)
        self.cells.append(cells)
        self.truths.append(real)

    def recovered(self) -> list[tuple[object, int, float, float]]:
        """Every hidden count of 1 to the threshold that is marked so and not free to be each of these, or not marked and known to be one: (name, truth, least,
        most)."""
        found = []
        for name, variable, truth in self.hidden:
            least, most = self._range({variable: 1.0})
            is_marked = self.upper[variable] == self.top
            if (least > 1 + 1e-6 or most < self.top - 1e-6) if is_marked else (least > 1e-6 and most < self.top + 1 - 1e-6):
                found.append((name, truth, least, most))
        return found

    def told_apart(self) -> list[tuple[object, int, float, float]]:
        """Every difference of 1 to the threshold that is known to be one."""
        found = []
        for name, first, second, truth in self.differences:
            least, most = self._range({first: 1.0, second: -1.0})
            if (least > 1e-6 and most < self.top + 1 - 1e-6) or (most < -1e-6 and least > -self.top - 1 + 1e-6):
                found.append((name, truth, least, most))
        return found

    def _bounds(self, row: dict[str, float], column: str, count: int) -> tuple[float, float]:
        if np.isnan(row[column]):
            if 1 <= count <= self.top:
                return (1, self.top) if row["suppression"] == "primary" else (0, np.inf)
            return (self.top + 1 if count else 0), np.inf
        said = row[column]
        gives_counts = row["unit"] == "pct" and not np.isnan(row["value"])
        if self.step == 1 or said == 0 or gives_counts:
            return count, count
        return max(said - self.step // 2, self.top + 1), said + self.step // 2

    def _variable(self, low: float, high: float) -> int:
        self.lower.append(low)
        self.upper.append(high)
        return len(self.lower) - 1

    def _equate_within(self, cells: dict[tuple[Figure, str], int], real: dict[tuple[Figure, str], int]) -> None:
        wholes: dict[object, list[tuple[Figure, str]]] = defaultdict(list)
        for (figure, kind), variable in cells.items():
            metric, area, quarter, window, service, tier, topic, value = figure
            if topic != "Total":
                wholes[(metric, area, quarter, window, service, tier, "Total", "Total"), kind, topic].append((figure, kind))
            if tier != "Total":
                wholes[(metric, area, quarter, window, service, "Total", topic, value), kind, "tier"].append((figure, kind))
            for rollup, members in ROLLUP.items():
                if area in members:
                    wholes[(metric, rollup, *figure[2:]), kind, "area"].append((figure, kind))
            if window == "quarter":
                year = (metric, area, quarter, "calendar_ytd", *figure[4:])
                if (year, kind) in cells:
                    self.at_most.append({variable: 1, cells[year, kind]: -1})
                    self._differ(("year to date", figure, kind), cells[year, kind], variable, real[year, kind] - real[figure, kind])
            if kind == "n" and (figure, "d") in cells:
                self.at_most.append({variable: 1, cells[figure, "d"]: -1})
                self._differ(("complement", figure), cells[figure, "d"], variable, real[figure, "d"] - real[figure, "n"])
            if metric in NESTED and ((NESTED[metric], *figure[1:]), kind) in cells:
                other = (NESTED[metric], *figure[1:])
                self.at_most.append({variable: 1, cells[other, kind]: -1})
                self._differ(("nested", figure, kind), cells[other, kind], variable, real[other, kind] - real[figure, kind])
            if metric == "plans" and (("in_time", *figure[1:]), "d") in cells:
                self.sums.append({variable: 1, cells[("in_time", *figure[1:]), "d"]: -1})
        for (whole, kind, _), parts in wholes.items():
            if (whole, kind) in cells:
                self.sums.append({cells[part]: 1.0 for part in parts} | {cells[whole, kind]: -1.0})

    def _equate_between(self, cells: dict[tuple[Figure, str], int], real: dict[tuple[Figure, str], int]) -> None:
        for earlier, earlier_real in zip(self.cells, self.truths, strict=True):
            for (figure, kind), variable in cells.items():
                if (figure, kind) in earlier:
                    if earlier_real[figure, kind] == real[figure, kind]:
                        self.sums.append({variable: 1, earlier[figure, kind]: -1})
                    else:
                        change = real[figure, kind] - earlier_real[figure, kind]
                        self._differ(("restated", figure, kind), variable, earlier[figure, kind], change)
                for whole, whole_real, old, old_real in ((cells, real, earlier, earlier_real), (earlier, earlier_real, cells, real)):
                    self._chain(figure, kind, whole, whole_real, old, old_real)

    def _chain(self, figure: Figure, kind: str, now: dict, now_real: dict, old: dict, old_real: dict) -> None:  # type: ignore[type-arg]
        metric, area, quarter, _, *rest = figure
        if figure[3] != "calendar_ytd" or quarter not in BEFORE or (figure, kind) not in now:
            return
        in_quarter = (metric, area, quarter, "quarter", *rest)
        before = (metric, area, BEFORE[quarter], "calendar_ytd", *rest)
        if (in_quarter, kind) not in now or (before, kind) not in old:
            return
        if now_real[figure, kind] == now_real[in_quarter, kind] + old_real[before, kind]:
            self.sums.append({now[figure, kind]: 1, now[in_quarter, kind]: -1, old[before, kind]: -1})

    def _differ(self, name: object, first: int, second: int, truth: int) -> None:
        if 1 <= abs(truth) <= self.top:
            self.differences.append((name, first, second, truth))

    def _range(self, wanted: dict[int, float]) -> tuple[float, float]:
        cost = np.zeros(len(self.lower))
        for variable, coefficient in wanted.items():
            cost[variable] = coefficient
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * cost, A_eq=self._matrix("sums"), b_eq=np.zeros(len(self.sums)) if self.sums else None, A_ub=self._matrix("at_most"),
                b_ub=np.zeros(len(self.at_most)) if self.at_most else None, bounds=np.column_stack([self.lower, self.upper]), method="highs")  # fmt: skip
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else sign * -np.inf)
        return ends[0], ends[1]

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
