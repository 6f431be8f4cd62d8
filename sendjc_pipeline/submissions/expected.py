"""Who was due to send what for a quarter, and who has not: read from the seed of expected submissions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.reporting import period as read_period
from sendjc_pipeline.submissions.manifest import Submission

SEED = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "expected_submission.csv"


def due(quarter: Quarter) -> list[tuple[str, str]]:
    """The (partner, feed) pairs that the quarter's figures rest on, ordered."""
    seed = pl.read_csv(SEED, infer_schema=False)
    day = quarter.end.isoformat()
    in_force = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
    pairs = seed.filter(in_force).select("partner", "feed").unique().sort("partner", "feed")
    return [(str(partner), str(feed)) for partner, feed in pairs.rows()]


def missing(quarter: Quarter, submissions: Iterable[Submission]) -> list[tuple[str, str]]:
    """Those of `due` for which nothing covers the quarter's last day."""
    came = {(s.partner, s.feed) for s in submissions if read_period(s.period).end == quarter.end}
    return [pair for pair in due(quarter) if pair not in came]
