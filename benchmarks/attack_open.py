"""An attacker who holds the open data of every release, knows how figures add up, and has a solver.

Belongs here: what a reader of open_data/*.csv can know. It shares no code with sendjc_pipeline/disclosure. The truth serves to judge what it finds, and to
tell it more than any reader has: which relations hold, also between measures and between quarters. Does not belong here: the releases (attack_home.py).

A figure is told to the nearest 5, or as c: then it is anything from 0. A relation is an equation or an inequality between figures; the range of a hidden
count is the least and the most that HiGHS finds for it under all of them.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from sendjc_pipeline.reporting import Quarter

TOP, STEP = 7, 5
ALL = "Total"
QUARTERLY, YEAR, TWELVE = "quarter", "calendar_ytd", "rolling_12m"
_ENOUGH = 6  # figures that are not nothing, for two measures that agree throughout to be one
_MOST = 1e5


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


class _Series(NamedTuple):
    """A cell in whatever release and area."""

    metric: str
    window: str
    service: str
    tier: str
    topic: str
    group: str
    kind: str


_Place = tuple[int, str]


@dataclass
class Release:
    """One release as a reader has it, and the truth of it."""

    name: str
    quarter: Quarter
    truth: dict[Cell, int] = field(default_factory=dict)
    shown: dict[Cell, tuple[float, float] | None] = field(
        default_factory=dict
    )  # the least and the most it may be; None: hidden


class Standing(NamedTuple):
    """What a reader knows of a revision: the release before it, and the areas whose figures did not move."""

    before: int
    areas: frozenset[str]


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
                few = [
                    c
                    for c in (
                        n,
                        denominator,
                        denominator - n if is_share and denominator is not None and n is not None else None,
                    )
                    if c
                ]
                said = "c" if any(1 <= c <= TOP for c in few) else ""
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


class Attack:
    """Variables, their bounds, equations and inequalities."""

    def __init__(self, releases: Sequence[Release], standing: dict[int, Standing], is_exact: bool = False) -> None:
        """`standing`: what is known of each revision. `is_exact`: as if nothing were rounded."""
        self.releases = releases
        self.truth = {cell: count for release in releases for cell, count in release.truth.items()}
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
        for relation in (
            *self._within(), *self._windows(), *self._between_quarters(), *self._one_measure(), *self._revisions(standing)
        ):  # fmt: skip
            self._add(relation)

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

    # Relations. Each says that the sum of factor * count is 0, or at most 0, and is believed where the truth agrees.

    def _add(self, relation: tuple[dict[Cell, float], bool]) -> None:
        terms, is_equal = relation
        total = sum(factor * self.truth[cell] for cell, factor in terms.items())
        if len(terms) > 1 and (total == 0 if is_equal else total <= 0):
            (self.equal if is_equal else self.most).append({self.at[cell]: factor for cell, factor in terms.items()})

    def _within(self) -> Iterator[tuple[dict[Cell, float], bool]]:
        """Groups of a breakdown, tiers of a service, services; what is counted lies in those among whom."""
        wholes: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
        for cell in self.cells:
            for section, whole in _wholes_of(cell):
                wholes[whole, section].append(cell)
            if cell.kind == "n" and (of := cell._replace(kind="d")) in self.at:
                yield {cell: 1, of: -1}, False
        for (whole, section), parts in wholes.items():
            if whole in self.at:
                terms = dict.fromkeys(parts, 1.0) | {whole: -1.0}
                yield terms, True
                yield terms if section != "service" else {}, False  # a child may be known to several services
                for part in parts if whole.kind == "d" else ():
                    yield {part: 1, whole: -1}, True  # shares of one whole
            of = whole._replace(kind="d")
            if whole.kind == "n" and of in self.at:
                yield dict.fromkeys(parts, 1.0) | {of: -1.0}, True

    def _windows(self) -> Iterator[tuple[dict[Cell, float], bool]]:
        """A quarter lies in its year, a year to date in twelve months; the complement too."""
        for cell in self.cells:
            for short, long in ((QUARTERLY, YEAR), (QUARTERLY, TWELVE), (YEAR, TWELVE)):
                other = cell._replace(window=long)
                if cell.window == short and other in self.at:
                    yield {cell: 1, other: -1}, True
                    yield {cell: 1, other: -1}, False
                    of, other_of = cell._replace(kind="d"), other._replace(kind="d")
                    if cell.kind == "n" and of in self.at and other_of in self.at:
                        yield {of: 1, cell: -1, other_of: -1, other: 1}, False

    def _between_quarters(self) -> Iterator[tuple[dict[Cell, float], bool]]:
        """A year to date, and twelve months, are the quarters in them; and grow by a quarter, the one losing another."""
        told = defaultdict(list)
        for at, release in enumerate(self.releases):
            told[release.quarter].append(at)
        for cell in self.cells:
            if cell.window not in (YEAR, TWELVE):
                continue
            quarter = self.releases[cell.release].quarter
            same_year = [n for n in range(4) if quarter.shift(-n).start.year == quarter.start.year]
            inside = same_year if cell.window == YEAR else range(4)
            for latest in (True, False):
                yield self._chain(cell, told, [(1.0, QUARTERLY, n) for n in inside], latest), True
                if cell.window == YEAR and len(same_year) > 1:
                    yield self._chain(cell, told, [(1.0, QUARTERLY, 0), (1.0, YEAR, 1)], latest), True
                if cell.window == TWELVE:
                    yield (
                        self._chain(cell, told, [(1.0, QUARTERLY, 0), (1.0, TWELVE, 1), (-1.0, QUARTERLY, 4)], latest),
                        True,
                    )

    def _chain(
        self, whole: Cell, told: dict[Quarter, list[int]], parts: Iterable[tuple[float, str, int]], latest: bool
    ) -> dict[Cell, float]:
        """whole = sum of factor * part so many quarters back; a part that no release names is none, where the release tells of the measure at all."""
        terms: dict[Cell, float] = {whole: -1.0}
        for factor, window, back in parts:
            quarter = self.releases[whole.release].quarter.shift(-back)
            if not told[quarter]:
                return {}
            release = whole.release if back == 0 else told[quarter][-1 if latest else 0]
            part = whole._replace(release=release, window=window)
            if part in self.at:
                terms[part] = terms.get(part, 0) + factor
            elif part._replace(topic=ALL, group=ALL) not in self.at:
                return {}
        return terms

    def _one_measure(self) -> Iterator[tuple[dict[Cell, float], bool]]:
        """Measures that agree in every area of every release are one; and one is two others if it is everywhere their sum. At once or some quarters later."""
        series: dict[_Series, dict[_Place, Cell]] = defaultdict(dict)
        for cell in self.cells:
            series[_Series(*cell[2:])][cell.release, cell.area] = cell
        places = {place for cells in series.values() for place in cells}
        first = {release.quarter: at for at, release in reversed(list(enumerate(self.releases)))}
        for back in range(5):
            then = {
                place: (first.get(self.releases[place[0]].quarter.shift(-back), -1), place[1])
                for place in sorted(places)
            }
            then = {place: earlier if back else place for place, earlier in then.items() if earlier[0] >= 0}
            now = self._vectors(series, list(then))
            before = self._vectors(series, list(then.values()))
            for vector, names in now.items():
                for name in names:
                    alike = [
                        other
                        for other in before.get(vector, [])
                        if (back or name != other) and _may_be_one(name, other)
                    ]
                    for other in alike if back else alike[:1]:
                        for place, earlier in then.items():
                            if place in series[name] and earlier in series[other]:
                                yield {series[name][place]: 1.0, series[other][earlier]: -1.0}, True
        plain = {
            vector: names[0]
            for vector, names in self._vectors(series, sorted(places)).items()
            if any(name.topic == ALL for name in names)
        }
        for one, two, whole in _sums(plain):
            for place, cell in series[whole].items():
                yield {series[one][place]: 1, series[two][place]: 1, cell: -1}, True

    def _vectors(
        self, series: dict[_Series, dict[_Place, Cell]], places: list[_Place]
    ) -> dict[tuple[int, ...], list[_Series]]:
        """The counts of each series in these places, -1 where there is none; those that are the same together."""
        found: dict[tuple[int, ...], list[_Series]] = defaultdict(list)
        for name, cells in series.items():
            vector = tuple(self.truth[cells[place]] if place in cells else -1 for place in places)
            if sum(count > 0 for count in vector) >= _ENOUGH:
                found[vector].append(name)
        return found

    def _revisions(self, standing: dict[int, Standing]) -> Iterator[tuple[dict[Cell, float], bool]]:
        """What a correction of another area left as it was."""
        for cell in self.cells:
            known = standing.get(cell.release)
            if known and cell.area in known.areas and cell._replace(release=known.before) in self.at:
                yield {cell: 1, cell._replace(release=known.before): -1}, True

    # Components.

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


def _may_be_one(name: _Series, other: _Series) -> bool:
    """Whether two series can count the same children: those of one district are not those of another, whatever their numbers."""
    return (name.topic, name.group) == (other.topic, other.group) or ALL in (name.topic, other.topic)


def _wholes_of(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """What a cell is a part of, and by what it is a part."""
    if cell.topic != ALL:
        yield cell.topic, cell._replace(topic=ALL, group=ALL)
    if cell.tier != ALL:
        yield "tier", cell._replace(tier=ALL)
    elif cell.service != ALL:
        yield "service", cell._replace(service=ALL)


def _sums(named: dict[tuple[int, ...], _Series]) -> Iterator[tuple[_Series, _Series, _Series]]:
    """Which vector is everywhere the sum of two others, all of them given in the same places."""
    alike: dict[tuple[bool, ...], list[tuple[int, ...]]] = defaultdict(list)
    for vector in named:
        alike[tuple(count >= 0 for count in vector)].append(vector)
    for vectors in alike.values():
        rows = {vector: np.maximum(vector, 0) for vector in vectors}
        made = {row.tobytes(): vector for vector, row in rows.items()}
        for one, two in combinations(vectors, 2):
            whole = made.get((rows[one] + rows[two]).tobytes())
            if whole is not None and np.count_nonzero(rows[one] * rows[two]) >= _ENOUGH:
                yield named[one], named[two], named[whole]


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
