"""Plans older than the years simulated, plans that came from another council, and plans that end.

Belongs here: making the caseload of January 2025 what was published (rules 8.1, 8.4) and ending as many plans a year as
were ended. Does not belong here: new requests (ehc) and the children behind the plans (population).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER, Draws, Floats, Ints, labels, quota
from sendjc_pipeline.synthetic.ehc import frame, working_days

_AGES = ((2.9, 4.99), (5.0, 10.99), (11.0, 15.99), (16.0, 19.99), (20.0, 25.35))
_NEIGHBOURS = (830, 855, 925, 856, 390, 392, 929, 372)  # councils that families come from
_FLOW_START = cal.day(date(cal.FIRST_YEAR, 1, 1))


def _age_shares(area: str) -> Floats:
    shares = cal.table("ehc_age").filter(pl.col("area_id") == area)["active_share"].to_numpy().astype(np.float64)
    adult = shares[3] * cal.area_row("ehc_area", area)["share_20_25"] / 100
    return np.array([*shares[:3], shares[3] - adult, adult])


def _old_plans(area: str, band: Ints, draws: Draws) -> pl.DataFrame:
    """Make plans issued before the first simulated year to children of the given age bands in January 2025."""
    size = len(band)
    census = cal.day(cal.CENSUS_DAY)
    low, high = np.array(_AGES)[band].T
    dob = census - np.floor((low + (high - low) * draws.uniform(size)) * 365.25).astype(np.int64)
    earliest = np.maximum(dob + 1000, cal.day(date(2009, 1, 1)))
    latest = np.maximum(np.minimum(_FLOW_START - 1, dob + 6570), earliest)
    closed = latest - np.floor((latest - earliest) * draws.uniform(size) ** 1.3).astype(np.int64)
    received = closed - draws.whole(112, 260, size)
    decided = received + draws.whole(25, 42, size)
    return frame(area, "stock", received=received, decided=decided, closed=closed, outcome="Y", dob=dob)


def transfers_in(area: str, scale: float, draws: Draws) -> pl.DataFrame:
    """Make plans made by another council and taken over: no date of theirs counts here, and TransferLA names the council."""
    rows = []
    for year in range(cal.FIRST_YEAR, cal.LAST_YEAR + 1):
        moved_in = max(cal.scaled(cal.area_row("ehc_area", area)["active_2025"] * 0.008, scale), 1)
        stream = draws.child(str(year))
        closed = working_days(year, moved_in, stream)
        received = closed - stream.whole(400, 1500, moved_in)
        dob = received - stream.whole(1100, 4500, moved_in)
        council = np.array(_NEIGHBOURS, dtype=np.int64)[stream.index([1.0] * len(_NEIGHBOURS), moved_in)]
        rows.append(frame(area, "transfer_in", received=received, decided=received + 40, closed=closed, outcome="Y",
                          transfer_la=council, dob=dob))  # fmt: skip
    return pl.concat(rows)


def stock(area: str, scale: float, flow: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Make the old plans: those still active in January 2025 and those ended in the years before.

    The active ones fill what the simulated ones leave open of the published age mix.
    """
    census = cal.day(cal.CENSUS_DAY)
    active = flow.filter(pl.col("outcome") == "Y", pl.col("closed") <= census)
    age = ((census - active["dob"].to_numpy()) / 365.25).clip(0, 25.9)
    have = np.bincount(np.searchsorted([5, 11, 16, 20], age, side="right"), minlength=5)
    wanted = cal.scaled(cal.area_row("ehc_area", area)["active_2025"], scale)
    early_leavers = sum(_leavers(area, year, scale) // 5 for year in (2022, 2023, 2024))
    gap = np.maximum(quota(wanted, _age_shares(area)) - have, 0)
    gap[0] = 0  # a child of four in 2025 was not born when the old plans were made
    count = max(wanted - active.height + early_leavers, 0)
    remaining = _old_plans(area, labels(quota(count, gap), draws), draws.child("remaining"))
    ended = []
    for year in range(cal.FIRST_YEAR, 2025):
        stream = draws.child("ended", str(year))
        count = _leavers(area, year, scale) - (0 if year == cal.FIRST_YEAR else _leavers(area, year, scale) // 5)
        band = stream.index([0.0, 0.08, 0.2, 0.42, 0.3], count)
        old = _old_plans(area, band, stream)
        ended.append(old.with_columns(ceased=pl.Series(working_days(year, count, stream), dtype=pl.Int64)))
    return pl.concat([remaining, *ended])


def _leavers(area: str, year: int, scale: float) -> int:
    return cal.scaled(cal.area_row("ehc_ceased", area, year=year)["ceased"], scale)


def end_plans(cases: pl.DataFrame, area: str, scale: float, draws: Draws) -> pl.DataFrame:
    """End simulated plans too: a fifth of the leavers up to 2024, all of them from 2025, mostly the over-16s."""
    closed, dob = cases["closed"].to_numpy(), cases["dob"].to_numpy()
    ceased = cases["ceased"].to_numpy().copy()
    planned = (cases["outcome"] == "Y").to_numpy()
    simulated = (cases["kind"] != "stock").to_numpy()
    for year in range(2022, cal.LAST_YEAR + 1):
        stream, count = draws.child(str(year)), _leavers(area, year, scale)
        start = cal.day(date(year, 1, 1))
        pool = np.flatnonzero(planned & (ceased == NEVER) & (closed < start - 120) & (simulated | (year > 2024)))
        weight = np.where(start - dob[pool] > 16 * 365, 6.0, 1.0)
        rank = np.argsort(-(stream.uniform(len(pool)) ** (1 / weight)), kind="stable")
        chosen = pool[rank[: count if year > 2024 else count // 5]]
        ceased[chosen] = np.sort(working_days(year, len(chosen), stream))
    return _age_out(cases.with_columns(pl.Series("ceased", ceased)), area, draws)


def _age_out(cases: pl.DataFrame, area: str, draws: Draws) -> pl.DataFrame:
    """End plans by the July of the school year of the 25th birthday (reason 1); give other endings their reasons."""
    birth = pl.from_epoch("dob", time_unit="d")
    last = pl.date(birth.dt.year() + 25 + (birth.dt.month() >= 9).cast(pl.Int32), 7, 31)
    reasons = cal.table("ehc_cease_reason").filter(pl.col("area_id") == area, pl.col("code") != 1)
    weights = reasons["plans_2024"].to_numpy() + 0.1
    drawn = pl.Series("drawn", reasons["code"].to_numpy()[draws.index(weights, cases.height)])
    too_old = (pl.col("outcome") == "Y") & (pl.col("ceased") > pl.col("limit"))
    return (
        cases.with_columns(last.cast(pl.Int32).cast(pl.Int64).alias("limit"), drawn)
        .with_columns(
            ceased=pl.when(too_old).then("limit").otherwise("ceased"),
            reason=pl.when(too_old).then(1).when(pl.col("ceased") < NEVER).then("drawn").otherwise(0),
        )
        .drop("limit", "drawn")
    )
