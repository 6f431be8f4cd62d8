"""How the figures of several releases hang together: all that a reader may know, and more.

Belongs here: equations and inequalities between counts. It shares no code with sendjc_pipeline/disclosure. The truth tells which relations hold, also
between measures and between quarters: more than any reader has. Does not belong here: solving them (attack_open.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from benchmarks.attack_reading import ALL, YEAR, Cell, Release
from sendjc_pipeline.reporting import Quarter

QUARTERLY, TWELVE = "quarter", "rolling_12m"
_ENOUGH = 6  # figures that are not nothing, for two measures that agree throughout to be one
_Place = tuple[int, str]

Relation = tuple[dict[Cell, float], bool]
"""That the sum of factor * count is 0, or if not True at most 0."""


class Standing(NamedTuple):
    """What a reader knows of a revision: the release before it, and the areas whose figures did not move."""

    before: int
    areas: frozenset[str]


class Relations:
    """The relations between the counts of releases."""

    def __init__(self, releases: Sequence[Release], standing: dict[int, Standing]) -> None:
        """`standing`: what is known of each revision."""
        self.releases, self.standing = releases, standing
        self.truth = {cell: count for release in releases for cell, count in release.truth.items()}

    def that_hold(self) -> Iterator[Relation]:
        """Each that the truth agrees with."""
        for terms, is_equal in self._thought_of():
            total = sum(factor * self.truth[cell] for cell, factor in terms.items())
            if len(terms) > 1 and (total == 0 if is_equal else total <= 0):
                yield terms, is_equal

    def _thought_of(self) -> Iterator[Relation]:
        yield from self._within()
        yield from self._windows()
        yield from self._between_quarters()
        yield from self._one_measure()
        yield from self._revisions()

    def _within(self) -> Iterator[Relation]:
        """Groups of a breakdown, tiers of a service, services; what is counted lies in those among whom."""
        wholes: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
        for cell in self.truth:
            for section, whole in _wholes_of(cell):
                wholes[whole, section].append(cell)
            if cell.kind == "n" and (of := cell._replace(kind="d")) in self.truth:
                yield {cell: 1, of: -1}, False
        for (whole, section), parts in wholes.items():
            if whole in self.truth:
                terms = dict.fromkeys(parts, 1.0) | {whole: -1.0}
                yield terms, True
                yield terms if section != "service" else {}, False  # a child may be known to several services
                for part in parts if whole.kind == "d" else ():
                    yield {part: 1, whole: -1}, True  # shares of one whole
            of = whole._replace(kind="d")
            if whole.kind == "n" and of in self.truth:
                yield dict.fromkeys(parts, 1.0) | {of: -1.0}, True

    def _windows(self) -> Iterator[Relation]:
        """A quarter lies in its year, a year to date in twelve months; the complement too."""
        for cell in self.truth:
            for short, long in ((QUARTERLY, YEAR), (QUARTERLY, TWELVE), (YEAR, TWELVE)):
                other = cell._replace(window=long)
                if cell.window == short and other in self.truth:
                    yield {cell: 1, other: -1}, True
                    yield {cell: 1, other: -1}, False
                    of, other_of = cell._replace(kind="d"), other._replace(kind="d")
                    if cell.kind == "n" and of in self.truth and other_of in self.truth:
                        yield {of: 1, cell: -1, other_of: -1, other: 1}, False

    def _between_quarters(self) -> Iterator[Relation]:
        """A year to date, and twelve months, are the quarters in them; and grow by a quarter, the one losing another."""
        told = defaultdict(list)
        for at, release in enumerate(self.releases):
            told[release.quarter].append(at)
        for cell in self.truth:
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
            if part in self.truth:
                terms[part] = terms.get(part, 0) + factor
            elif part._replace(topic=ALL, group=ALL) not in self.truth:
                return {}
        return terms

    def _one_measure(self) -> Iterator[Relation]:
        """Measures that agree in every area of every release are one; and one is two others if it is everywhere their sum. At once or some quarters later."""
        series: dict[Cell, dict[_Place, Cell]] = defaultdict(dict)
        for cell in self.truth:
            series[cell._replace(release=-1, area="")][cell.release, cell.area] = cell
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
        self, series: dict[Cell, dict[_Place, Cell]], places: list[_Place]
    ) -> dict[tuple[int, ...], list[Cell]]:
        """The counts of each series in these places, -1 where there is none; those that are the same together."""
        found: dict[tuple[int, ...], list[Cell]] = defaultdict(list)
        for name, cells in series.items():
            vector = tuple(self.truth[cells[place]] if place in cells else -1 for place in places)
            if sum(count > 0 for count in vector) >= _ENOUGH:
                found[vector].append(name)
        return found

    def _revisions(self) -> Iterator[Relation]:
        """What a correction of another area left as it was."""
        for cell in self.truth:
            known = self.standing.get(cell.release)
            if known and cell.area in known.areas and cell._replace(release=known.before) in self.truth:
                yield {cell: 1, cell._replace(release=known.before): -1}, True


def _may_be_one(name: Cell, other: Cell) -> bool:
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


def _sums(named: dict[tuple[int, ...], Cell]) -> Iterator[tuple[Cell, Cell, Cell]]:
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
