"""Requests for an EHC needs assessment and what became of them, year by year and area by area.

Belongs here: cases that run through the years simulated, with published totals met by quota (rules 8.2, 8.3), so that
shares hold in a small world too. Does not belong here: plans older than that (ehc_stock), people (population), extracts.

A case has: area_id, kind (plan, overturned, refused, withdrawn, not_issued, ended, transfer_in, stock), and days since
1970: received, decided, closed (plan issued or decision not to), ceased, dob; decision (Y N W), outcome (Y N W or blank),
week20, reason (cease reason, 0 none), transfer_la (0 none). NEVER stands for "has not happened".
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER, Bools, Draws, Floats, Ints, labels, quota

BANDS = tuple(cal.AGE_BANDS)
MONTH_WEIGHT = (
    1.0,
    1.0,
    1.15,
    0.95,
    1.0,
    1.05,
    1.15,
    0.75,
    0.95,
    1.05,
    1.05,
    0.85,
)  # fewer plans in August and December
SIX_WEEKS, SIXTEEN_WEEKS, TWENTY_WEEKS, YEAR = 42, 112, 140, 364


def frame(area: str, kind: str, **columns: Ints | Bools | list[str] | str | int) -> pl.DataFrame:
    """Make a case table with the given columns and the defaults of a case to which nothing more has happened."""
    size = len(np.asarray(columns["received"]))
    base: dict[str, Any] = {
        "area_id": area, "kind": kind, "received": NEVER, "decided": NEVER, "decision": "Y", "closed": NEVER, "outcome": "",
        "week20": False, "ceased": NEVER, "reason": 0, "transfer_la": 0, "dob": 0,
    }  # fmt: skip
    filled = {name: columns.get(name, value) for name, value in base.items()}
    spread = {name: pl.Series(name, [v] * size if np.isscalar(v) else v) for name, v in filled.items()}
    whole = [
        name for name in spread if name in ("received", "decided", "closed", "ceased", "reason", "transfer_la", "dob")
    ]
    words = ["area_id", "kind", "decision", "outcome"]  # named, for a table of no case has no values to tell a type by
    return pl.DataFrame(spread).with_columns(
        pl.col(whole).cast(pl.Int64), pl.col("week20").cast(pl.Boolean), pl.col(words).cast(pl.String)
    )


def working_days(year: int, count: int, draws: Draws) -> Ints:
    """Draw `count` Mondays to Fridays of a year, thinner in August and December; months by quota, each a little off the usual."""
    weights = np.array(MONTH_WEIGHT) * (0.85 + 0.3 * draws.uniform(12))
    month = labels(quota(count, weights), draws)
    starts = np.array([cal.day(date(year + n // 12, n % 12 + 1, 1)) for n in range(13)], dtype=np.int64)
    when = draws.whole(starts[month], starts[month + 1] - 1, count)
    weekend = np.maximum((when + 3) % 7 - 4, 0)  # day 0 was a Thursday: 0 is Monday, 5 and 6 are moved back to Friday
    moved = when - weekend
    return np.where(moved < starts[month], moved + 3, moved)


def birth_days(received: Ints, band: Ints, draws: Draws) -> Ints:
    """Draw birth days that put each child in its age band when the request came in; most early-years requests come at 3 or 4."""
    low = np.array([limits[0] for limits in cal.AGE_BANDS.values()])[band]
    high = np.array([limits[1] for limits in cal.AGE_BANDS.values()])[band]
    lean = np.where(band == 0, 0.6, np.where(band == 3, 2.0, 1.0))
    age = low + (high - low) * draws.uniform(len(band)) ** lean
    days: Ints = np.floor(age * 365.25).astype(np.int64)
    return received - days


def _in_bands(total: int, size: Ints, rate: Floats) -> Ints:
    """Share a total over age bands by their published rates, never more than a band holds."""
    given: Ints = np.minimum(quota(total, size * rate), size)
    while given.sum() < total and (given < size).any():
        given[np.argmax(size - given)] += 1
    return given


def _durations(band: Ints, timely: Bools, year_plus: Bools, draws: Draws) -> Ints:
    size = len(band)
    on_time = TWENTY_WEEKS - np.floor(42 * draws.uniform(size) ** 2.2).astype(np.int64)
    late = TWENTY_WEEKS + 1 + np.floor((YEAR - TWENTY_WEEKS) * draws.uniform(size) ** 1.6).astype(np.int64)
    very_late = YEAR + 1 + np.floor(240 * draws.uniform(size) ** 2).astype(np.int64)
    return np.where(timely, on_time, np.where(year_plus, very_late, late))


def _mark(groups: Ints, counts: Ints, draws: Draws, among: Bools | None = None) -> Bools:
    """Mark, in each group, as many members as its count says, chosen at random among those eligible."""
    marked = np.zeros(len(groups), dtype=np.bool_)
    for group, count in enumerate(counts.tolist()):
        pool = np.flatnonzero((groups == group) if among is None else (groups == group) & among)
        marked[draws.sample(pool, count)] = True
    return marked


def plans(area: str, year: int, scale: float, draws: Draws) -> pl.DataFrame:
    """Make the plans first issued by an area in a year: on time, late and exceptions by quota, per age at request."""
    figures = cal.area_row("ehc_year", area, year=year)
    ages = cal.table("ehc_age").filter(pl.col("area_id") == area)
    issued = ages["issued"].to_numpy().astype(np.float64)
    count = cal.scaled(figures["issued"], scale)
    share = count / figures["issued"]
    size = quota(count, issued)
    band = labels(size, draws)
    on_time = _in_bands(cal.scaled(figures["on_time"], share), size, ages["on_time"].to_numpy() / issued)
    timely = _mark(band, on_time, draws)
    slow = ages["over_52"].to_numpy() / issued
    over = _in_bands(cal.scaled(figures["over_52"], share), size - on_time, slow if slow.any() else np.ones(len(slow)))
    year_plus = _mark(band, over, draws, ~timely)
    good = cal.scaled(figures["on_time_exceptions"], share)
    bad = cal.scaled(figures["exceptions"] - figures["on_time_exceptions"], share)
    week20 = _mark(timely.astype(np.int64), np.array([bad, good]), draws)
    closed = np.empty(count, dtype=np.int64)
    for some, name in ((timely, "timely"), (~timely, "late")):
        closed[some] = working_days(year, int(some.sum()), draws.child(name))
    received = closed - _durations(band, timely, year_plus, draws)
    return frame(area, "plan", received=received, closed=closed, outcome="Y", week20=week20,
                 dob=birth_days(received, band, draws))  # fmt: skip
