"""What an XmR chart says of a series of months, in plain Python and exact fractions, from domain/rules.md 7.5 alone.

Belongs here: the rules as they are worded (every window of seven, every window of three), slow and sure. It shares nothing with the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise


@dataclass(frozen=True)
class Rules:
    """The numbers of seed method_parameter."""

    limit_factor: Fraction = Fraction("2.66")
    range_factor: Fraction = Fraction("3.267")
    screen_outliers: bool = False
    shift_points: int = 7
    trend_points: int = 7
    least_points: int = 6
    robust_points: int = 12


@dataclass(frozen=True)
class Point:
    """What the chart says of one month; without limits everything is None."""

    mean: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    is_trial: bool | None = None
    special_cause: str | None = None
    variation: str | None = None
    assurance: str | None = None


def chart(
    values: Sequence[Fraction | None], rebases: Sequence[int], polarity: str, target: Fraction | None, rules: Rules
) -> list[Point]:
    """One point for each month. `rebases` are the places of the first months of new segments; None is a month without a figure."""
    edges = [0, *sorted(r for r in set(rebases) if 0 < r < len(values)), len(values)]
    found: list[Point] = []
    for first, last in pairwise(edges):
        found += _segment(values[first:last], polarity, target, rules)
    return found


def _segment(values: Sequence[Fraction | None], polarity: str, target: Fraction | None, rules: Rules) -> list[Point]:
    points = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if len(points) < rules.least_points or not ranges:
        return [Point()] * len(values)
    mean = sum(points, Fraction(0)) / len(points)
    width = sum(ranges, Fraction(0)) / len(ranges)
    if rules.screen_outliers:
        kept = [r for r in ranges if r < rules.range_factor * width]
        width = sum(kept, Fraction(0)) / len(kept) if kept else Fraction(0)
    reach = rules.limit_factor * width
    assurance = _assurance(mean, reach, polarity, target)
    trial = len(points) < rules.robust_points
    marks = _marks(values, mean, reach, rules)
    said = []
    for value, (cause, toward) in zip(values, marks, strict=True):
        variation = None if value is None else _variation(cause, toward, polarity)
        said.append(Point(mean, mean - reach, mean + reach, trial, cause, variation, assurance))
    return said


def _marks(
    values: Sequence[Fraction | None], mean: Fraction, reach: Fraction, rules: Rules
) -> list[tuple[str | None, int]]:
    side = [0 if v is None else (v > mean) - (v < mean) for v in values]
    outside = [v is not None and abs(v - mean) > reach for v in values]
    near = [v is not None and not outside[i] and abs(v - mean) > reach * 2 / 3 for i, v in enumerate(values)]
    trend, two, shift = (
        _trends(values, rules.trend_points),
        _two_of_three(side, near),
        _shifts(side, rules.shift_points),
    )
    marks: list[tuple[str | None, int]] = []
    for place in range(len(values)):
        if outside[place]:
            marks.append(("outside_limits", side[place]))
        elif trend[place]:
            marks.append(("trend", trend[place]))
        else:
            marks.append(("two_of_three" if two[place] else "shift" if shift[place] else None, side[place]))
    return marks


def _trends(values: Sequence[Fraction | None], length: int) -> list[int]:
    found = [0] * len(values)
    for start in range(len(values) - length, -1, -1):  # the earliest run has the last word on a peak
        window = [v for v in values[start : start + length] if v is not None]
        steps = {(b > a) - (b < a) for a, b in pairwise(window)}
        if len(window) == length and len(steps) == 1 and steps != {0}:
            found[start : start + length] = [*steps] * length
    return found


def _shifts(side: Sequence[int], length: int) -> list[bool]:
    found = [False] * len(side)
    for start in range(len(side) - length + 1):
        if set(side[start : start + length]) in ({1}, {-1}):
            found[start : start + length] = [True] * length
    return found


def _two_of_three(side: Sequence[int], near: Sequence[bool]) -> list[bool]:
    found = [False] * len(side)
    for start in range(len(side) - 2):
        places = range(start, start + 3)
        if {side[p] for p in places} in ({1}, {-1}) and sum(near[p] for p in places) >= 2:
            for place in places:
                found[place] = found[place] or near[place]
    return found


def _variation(cause: str | None, toward: int, polarity: str) -> str:
    if cause is None:
        return "common_cause"
    height = "high" if toward > 0 else "low"
    if polarity == "neutral":
        return f"special_{height}"
    return f"{'improving' if (toward > 0) == (polarity == 'higher') else 'concerning'}_{height}"


def _assurance(mean: Fraction, reach: Fraction, polarity: str, target: Fraction | None) -> str | None:
    if target is None or polarity == "neutral":
        return None
    if target > mean + reach:
        return "consistently_fails" if polarity == "higher" else "consistently_passes"
    if target < mean - reach:
        return "consistently_passes" if polarity == "higher" else "consistently_fails"
    return "hit_or_miss"
