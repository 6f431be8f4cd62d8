"""metric_spc against the published worked figures and against an oracle in plain Python, over random series with gaps and rebases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.model_sql import load_seed, render

from .control_chart import Point, Rules, chart

MONTHS = [f"{2022 + n // 12}-{n % 12 + 1:02d}" for n in range(40)]
# NHSRplotthedots, vignette "Deviations from Excel defaults" (MIT): UPL, mean and LPL, with screening of outliers and without.
VIGNETTE = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
PUBLISHED = {True: (4.60, 1.94, -0.72), False: (6.95, 1.94, -3.06)}


@dataclass(frozen=True)
class Series:
    """A series of months as a test makes it."""

    values: tuple[Fraction | None, ...]
    polarity: str = "higher"
    rebases: tuple[int, ...] = ()
    target: Fraction | None = None


def charted(series: Sequence[Series], rules: Rules) -> list[list[Point]]:
    """What the model says of each series."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    load_seed(con, "method_parameter")
    for name in ("shift_points", "trend_points", "least_points", "robust_points", "screen_outliers"):
        con.execute(
            f"update method_parameter set value = {int(getattr(rules, name))} where parameter_id = 'spc_{name}'"
        )
    con.execute(
        "create table metric_monthly (metric_id varchar, area_id varchar, quarter varchar, month varchar, time_window varchar, service varchar,"
        " tier varchar, breakdown_topic varchar, breakdown varchar, value double, unit varchar, polarity varchar)"
    )
    con.execute("create table metric_rebase (metric_id varchar, area_id varchar, rebase_date date, reason varchar)")
    con.execute(
        "create table metric_target (metric_id varchar, area_id varchar, time_window varchar, target_type varchar, target_value double, effective_from date)"
    )
    months, rebases, targets = [], [], []
    for number, one in enumerate(series):
        metric = f"m{number}"
        for month, value in zip(MONTHS, one.values, strict=False):
            amount = None if value is None else float(value)
            months.append(
                (metric, "a", "q", month, "snapshot", "s", "t", "Total", "Total", amount, "count", one.polarity)
            )
        rebases += [(metric, "a", f"{MONTHS[place]}-15", "moved") for place in set(one.rebases)]
        if one.target is not None:
            targets.append((metric, "a", "snapshot", "absolute", float(one.target), "2020-01-01"))
    for table, rows in (("metric_monthly", months), ("metric_rebase", rebases), ("metric_target", targets)):
        if rows:
            con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
    rows = con.execute(
        "select metric_id, mean, lower_limit, upper_limit, is_trial, special_cause, variation, assurance"
        f" from ({render('metric_spc')}) order by metric_id, month"
    ).fetchall()
    said: dict[str, list[Point]] = {f"m{number}": [] for number in range(len(series))}
    for metric, *rest in rows:
        said[metric].append(Point(*rest))
    return list(said.values())


def assert_same(built: Point, expected: Point) -> None:
    for name in ("mean", "lower", "upper"):
        one, other = getattr(built, name), getattr(expected, name)
        assert (one is None) == (other is None)
        assert one is None or abs(one - float(other)) < 1e-7
    plain = {"mean": None, "lower": None, "upper": None}
    assert replace(built, **plain) == replace(expected, **plain)


def of(*values: float | None) -> Series:
    return Series(tuple(None if v is None else Fraction(v) for v in values))


@pytest.mark.parametrize("screened", [True, False])
def test_the_published_worked_figures(screened: bool) -> None:
    ((*_, last),) = charted([of(*VIGNETTE)], Rules(screen_outliers=screened))
    assert tuple(round(float(x), 2) for x in (last.upper, last.mean, last.lower)) == PUBLISHED[screened]  # type: ignore[arg-type]


@pytest.mark.parametrize("screened", [True, False])
def test_the_oracle_gives_the_published_worked_figures_too(screened: bool) -> None:
    values = [Fraction(v) for v in VIGNETTE]
    last = chart(values, [], "higher", None, Rules(screen_outliers=screened))[-1]
    assert tuple(round(float(x), 2) for x in (last.upper, last.mean, last.lower)) == PUBLISHED[screened]  # type: ignore[arg-type]


amounts = st.integers(0, 9).map(Fraction)
level = st.lists(st.one_of(amounts, amounts, amounts, st.none()), max_size=40)
whole = st.lists(amounts, min_size=6, max_size=40)
# Long slopes, so that trends are met.
slopes = st.lists(st.tuples(st.integers(1, 9), st.sampled_from([-1, 0, 1])), min_size=1, max_size=6).map(
    lambda runs: [
        Fraction(value) for value in _climb([direction for length, direction in runs for _ in range(length)][:40])
    ]
)
# A step in level, so that shifts are met.
steps = st.tuples(
    st.lists(amounts, min_size=4, max_size=20), st.integers(0, 12), st.lists(amounts, min_size=4, max_size=20)
).map(lambda parts: [*parts[0], *(value + parts[1] for value in parts[2])])


def _climb(directions: Sequence[int]) -> list[int]:
    height, climbed = 20, []
    for direction in directions:
        height += direction
        climbed.append(height)
    return climbed


@st.composite
def series_of(draw: st.DrawFn) -> Series:
    values = list(draw(st.one_of(level, whole, slopes, steps)))
    for place in draw(st.lists(st.integers(0, 39), max_size=2)):
        if place < len(values):
            values[place] = None  # type: ignore[call-overload]
    return Series(
        tuple(values),
        draw(st.sampled_from(["higher", "lower", "neutral"])),
        tuple(draw(st.lists(st.integers(0, 39), max_size=2))),
        draw(st.one_of(st.none(), st.integers(0, 40).map(Fraction))),
    )


rules_of = st.builds(
    Rules,
    screen_outliers=st.booleans(),
    shift_points=st.sampled_from([7, 7, 8]),
    trend_points=st.sampled_from([7, 7, 6]),
    least_points=st.sampled_from([6, 2]),
)
_SEEN: set[str | None] = set()


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(series_of(), min_size=12, max_size=24), rules_of)
def test_the_model_and_the_oracle_say_the_same(series: list[Series], rules: Rules) -> None:
    for one, built in zip(series, charted(series, rules), strict=True):
        expected = chart(one.values, one.rebases, one.polarity, one.target, rules)
        assert len(built) == len(expected)
        for here, there in zip(built, expected, strict=True):
            assert_same(here, there)
        _SEEN.update(
            {point.special_cause for point in built}, {point.variation for point in built}, {p.assurance for p in built}
        )


def test_every_verdict_was_met() -> None:
    """Runs after the comparison of the same worker: what no series brought about was not compared."""
    if not _SEEN:
        pytest.skip("the comparison did not run in this process")
    assert {"outside_limits", "trend", "two_of_three", "shift", "common_cause", "special_high", "special_low"} <= _SEEN
    assert {f"{word}_{side}" for word in ("improving", "concerning") for side in ("high", "low")} <= _SEEN
    assert {"consistently_passes", "consistently_fails", "hit_or_miss"} <= _SEEN


def test_a_gap_breaks_a_run_and_no_range_reaches_over_it() -> None:
    rising = [1, 2, 3, 4, 5, 6, 7]
    (whole_run, broken) = charted([of(*rising, 4, 4), of(*rising[:4], None, *rising[4:], 4, 4)], Rules())
    assert {point.special_cause for point in whole_run[:7]} <= {"trend", "outside_limits"}
    assert {point.special_cause for point in broken} == {None}
    assert broken[4].variation is None and broken[4].mean is not None


def test_fewer_than_twelve_points_make_trial_limits_and_fewer_than_six_none() -> None:
    five, eleven, twelve = charted([of(*range(5)), of(*[1, 2] * 5, 1), of(*[1, 2] * 6)], Rules())
    assert {point.mean for point in five} == {None}
    assert {point.is_trial for point in eleven} == {True}
    assert {point.is_trial for point in twelve} == {False}


def test_a_rebase_begins_new_limits_in_its_month() -> None:
    both = [*[1, 2] * 6, *[11, 12] * 6]
    (rebased,) = charted([replace(of(*both), rebases=(12,))], Rules())
    assert (rebased[11].mean, rebased[12].mean) == (1.5, 11.5)
    assert {point.special_cause for point in rebased} == {None}
