"""The appointments of every referral and what was done in them.

Belongs here: turning a referral's milestones into contacts and care activities, as a provider records them. Does not
belong here: who waits or when a turn comes (therapy), and the file layout (writers_csds).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER, Ints, noise
from sendjc_pipeline.synthetic.population import World, chance

ASSESSMENT, TREATMENT, ADVICE = "02", "03", "04"
RTT_PROVIDERS = ("RHA", "RTD")  # these record the end of treatment waits for every referral, the others for some


def _days(world: World, referrals: pl.DataFrame, salt: str, low: int, high: int) -> Ints:
    return low + np.floor(noise(world.seed, salt, referrals["referral"].to_numpy()) * (high - low + 1)).astype(np.int64)


def _rows(rows: pl.DataFrame, day: pl.Expr, status: str, activity: str | pl.Expr | None, kind: int) -> pl.DataFrame:
    done = activity if isinstance(activity, pl.Expr) else pl.lit(activity, pl.String)
    return rows.select(
        "referral", day=day.cast(pl.Int64), status=pl.lit(status), activity=done, kind=pl.lit(kind, pl.Int64)
    )


def all_contacts(world: World) -> pl.DataFrame:
    """Make every contact: contact, referral, day, status (attendance code), activity and second activity (or null), kind.

    Treatment is activity 03; for a few children of RTT_PROVIDERS it was recorded as advice, and only the RTT period shows
    that treatment began (decision record 0001, item 7). `kind` is 3 for a telephone call.
    """
    r = world.referrals
    by_rtt = chance(world, "treated as advice", 0.015, r["referral"]) & r["provider"].is_in(RTT_PROVIDERS)
    same_visit = chance(world, "assessed and treated at once", 0.15, r["referral"])
    lead = pl.Series("lead", _days(world, r, "assessed before", 7, 70))
    r = r.with_columns(lead, by_rtt=by_rtt, same_visit=same_visit).with_columns(
        care=pl.when("by_rtt").then(pl.lit(ADVICE)).otherwise(pl.lit(TREATMENT)),
        assessed=pl.col("treated") - pl.col("lead"),
    )
    r = r.with_columns(apart=~pl.col("same_visit") & (pl.col("assessed") > pl.col("received") + 4))
    seen = r.filter(pl.col("treated") < NEVER)
    at_once = seen.filter(~pl.col("apart")).select("referral", second=pl.lit(ASSESSMENT))
    parts = [
        *(_rows(r.filter(pl.col(name) < NEVER), pl.col(name), code, None, 0) for name, code in _MISSED.items()),
        _rows(seen.filter("apart"), pl.col("assessed"), "5", ASSESSMENT, 1),
        _rows(seen, pl.col("treated"), "5", pl.col("care"), 2).join(
            at_once, on="referral", how="left", maintain_order="left"
        ),
        _rows(r.filter(pl.col("exit") == "assessed_only"), pl.col("discharged"), "5", ASSESSMENT, 1),
        _rows(r.filter(chance(world, "advice call", 0.08, r["referral"])), pl.col("received") + 9, "5", ADVICE, 3),
        _sessions(world, seen),
    ]
    table = pl.concat(parts, how="diagonal").join(
        r.select("referral", "discharged"), on="referral", maintain_order="left"
    )
    table = table.filter(pl.col("day") <= pl.col("discharged")).drop("discharged")
    table = table.unique(["referral", "day"], keep="first", maintain_order=True).sort("referral", "day")
    late = chance(world, "late", 0.07, table["referral"], table["day"]) & (table["status"] == "5")
    not_seen = chance(world, "too late", 0.1, table["referral"], table["day"]) & (table["status"] == "3")
    status = pl.when(late).then(pl.lit("6")).when(not_seen).then(pl.lit("7")).otherwise("status")
    return table.with_columns(status=status).with_row_index("contact").with_columns(pl.col("contact").cast(pl.Int64))


_MISSED = {"dna": "3", "cancelled": "2", "provider_cancelled": "4"}


def _sessions(world: World, seen: pl.DataFrame) -> pl.DataFrame:
    """Make the sessions that follow the first treatment; some are missed or cancelled."""
    later = seen.filter(pl.col("sessions") > 0).with_columns(n=pl.int_ranges(1, pl.col("sessions") + 1)).explode("n")
    later = later.with_columns(
        pl.Series("u", noise(world.seed, "session", later["referral"].to_numpy(), later["n"].to_numpy()))
    )
    status = pl.when(pl.col("u") < 0.07).then(pl.lit("3")).when(pl.col("u") < 0.1).then(pl.lit("2"))
    return later.select(
        "referral", day=pl.col("treated") + pl.col("n") * pl.col("gap"),
        status=status.when(pl.col("u") < 0.12).then(pl.lit("4")).otherwise(pl.lit("5")),
        activity=pl.when(pl.col("u") >= 0.12).then("care"), kind=pl.lit(4, pl.Int64),
    )  # fmt: skip
