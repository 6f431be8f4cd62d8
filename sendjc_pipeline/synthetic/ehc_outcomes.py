"""Requests that lead to no plan, the decisions on all requests, and the whole run of cases of an area.

Belongs here: refusals, withdrawals, assessments without a plan, six-week decisions, overturned refusals (rules 8.3).
Does not belong here: the timing of plans (ehc) and plans older than the years simulated (ehc_stock).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import Draws, Floats, labels, quota
from sendjc_pipeline.synthetic.ehc import SIX_WEEKS, SIXTEEN_WEEKS, birth_days, frame, plans, working_days


def other_requests(area: str, year: int, scale: float, plan_cases: int, overturned: int, draws: Draws) -> pl.DataFrame:
    """Make the year's requests that lead to no plan: refused, withdrawn, assessed without a plan, ended while assessed.

    Args:
        area: area id.
        year: calendar year in which the requests are received.
        scale: share of the published volumes.
        plan_cases: requests of the year that do lead to a plan, already made.
        overturned: of those, requests first refused; they count among the year's refusals.
        draws: stream.

    """
    figures = cal.area_row("ehc_year", area, year=year)
    rest = max(cal.scaled(figures["requests"], scale) - plan_cases, 0)
    withdrawn = min(cal.scaled(figures["requests"] * 0.012, scale), rest)
    refused = min(max(cal.scaled(figures["refused"], scale) - overturned, 0), rest - withdrawn)
    ended = (rest - withdrawn - refused) // 10
    parts = {
        "refused": refused,
        "withdrawn": withdrawn,
        "ended": ended,
        "not_issued": rest - withdrawn - refused - ended,
    }
    weights = cal.table("ehc_age").filter(pl.col("area_id") == area)["issued"].to_numpy().astype(np.float64)
    return pl.concat(
        _closed_without_plan(area, year, kind, count, weights, draws.child(kind)) for kind, count in parts.items()
    )


def _closed_without_plan(area: str, year: int, kind: str, count: int, weights: Floats, draws: Draws) -> pl.DataFrame:
    received = working_days(year, count, draws)
    dob = birth_days(received, labels(quota(count, weights), draws), draws)
    if kind == "refused":
        return frame(area, kind, received=received, decision="N", dob=dob)
    if kind == "withdrawn":
        return frame(area, kind, received=received, decision="W", decided=received + draws.whole(3, 35, count), dob=dob)
    if kind == "ended":
        return frame(area, kind, received=received, outcome="W", closed=received + draws.whole(60, 200, count), dob=dob)
    in_time = np.zeros(count, dtype=np.bool_)
    in_time[draws.sample(np.arange(count), cal.scaled(count, cal.area_row("ehc_area", area)["no_issue_16w"]))] = True
    days = np.where(in_time, draws.whole(84, SIXTEEN_WEEKS, count), draws.whole(SIXTEEN_WEEKS + 1, 230, count))
    return frame(area, kind, received=received, outcome="N", closed=received + days, dob=dob)


def decide(cases: pl.DataFrame, area: str, year: int, draws: Draws) -> pl.DataFrame:
    """Give every request of a year its decision date: within six weeks for the published share of those decided."""
    size = cases.height
    received = cases["received"].to_numpy()
    open_days = np.minimum(cases["closed"].to_numpy() - received, 10_000)
    withdrawn = (cases["decision"] == "W").to_numpy()
    want = cal.scaled(size - int(withdrawn.sum()), 1 - cal.area_row("ehc_year", area, year=year)["six_week_pct"] / 100)
    late = np.zeros(size, dtype=np.bool_)
    late[draws.sample(np.flatnonzero(~withdrawn & (open_days > 100)), want)] = True
    prompt = SIX_WEEKS - np.floor(24 * draws.uniform(size) ** 1.8).astype(np.int64)
    slow = SIX_WEEKS + 1 + np.floor(np.minimum(open_days - 85, 75) * draws.uniform(size) ** 1.7).astype(np.int64)
    decided = np.where(withdrawn, cases["decided"].to_numpy(), received + np.where(late, slow, prompt))
    return cases.with_columns(pl.Series("decided", decided, dtype=pl.Int64))


def overturn(cases: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Turn about one late plan in thirty into an overturned refusal, which stays on record with the mediation flag."""
    pool = np.flatnonzero(((cases["closed"] - cases["received"]) >= 200).to_numpy())
    chosen = np.zeros(cases.height, dtype=np.bool_)
    chosen[draws.sample(pool, -(-len(pool) // 30))] = True
    mark = pl.Series("chosen", chosen)
    return cases.with_columns(
        kind=pl.when(mark).then(pl.lit("overturned")).otherwise("kind"),
        decision=pl.when(mark).then(pl.lit("N")).otherwise("decision"),
    )


def flow(area: str, scale: float, draws: Draws) -> pl.DataFrame:
    """Make every case of an area whose plan was issued, or whose request came in, in the years simulated."""
    years = range(cal.FIRST_YEAR, cal.LAST_YEAR + 1)
    issued = pl.concat(plans(area, year, scale, draws.child("plans", str(year))) for year in years)
    issued = overturn(issued, draws.child("overturned"))
    year_of = pl.from_epoch("received", time_unit="d").dt.year()
    rows = []
    for year in years:
        here = issued.filter(year_of == year)
        refused = here.filter(pl.col("kind") == "overturned").height
        rest = other_requests(area, year, scale, here.height, refused, draws.child("other", str(year)))
        rows.append(decide(pl.concat([here, rest]), area, year, draws.child("decision", str(year))))
    earlier = issued.filter(year_of < cal.FIRST_YEAR).with_columns(decided=pl.col("received") + 40)
    return pl.concat([earlier, *rows])
