"""Annual reviews and phase transfers of the plans that are active at a quarter's end.

Belongs here: the ActivePlans table: the last review held by that day, its decision, and the dates of a change of phase.
Does not belong here: which plans are active (extract_sen2).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import Ints, noise
from sendjc_pipeline.synthetic.population import World
from sendjc_pipeline.synthetic.tables import dates

FOUR_WEEKS = 28


def reviews(world: World, plans: pl.DataFrame, area: str, end: int, window: int) -> pl.DataFrame:
    """Make ActivePlans rows: TransferLA, ReviewMeeting, ReviewOutcome, ReviewDraft, PhaseTransferDueDate and -FinalDate, LastReview.

    The n-th review falls about n x 355 days after the plan; a council holds the published share of them, and notifies its
    decision within four weeks for the published share (rules 8.3).
    """
    row = cal.area_row("ehc_area", area)
    case, closed = plans["case"].to_numpy(), plans["closed"].to_numpy()
    turn = np.maximum((end - closed) // 355, 0)
    first = np.floor(noise(world.seed, "review day", case, turn) * 50).astype(np.int64) - 25
    turn = np.where(closed + turn * 355 + first > end, turn - 1, turn)
    held = noise(world.seed, "review held", case, turn) < row["review_share"]
    turn = np.where(held, turn, turn - 1)
    held = held | (noise(world.seed, "review held", case, turn) < row["review_share"])
    meeting = closed + turn * 355 + np.floor(noise(world.seed, "review day", case, turn) * 50).astype(np.int64) - 25
    held &= turn > 0
    u = noise(world.seed, "review decision", case, turn)
    prompt = row["review_4w"]
    delay = np.where(u < prompt, 7 + np.floor(u / prompt * 22), FOUR_WEEKS + 1 + np.floor((u - prompt) * 120))
    decision = meeting + delay.astype(np.int64)
    amend = noise(world.seed, "review outcome", case, turn) < row["review_amend"]
    known = held & (decision <= end)
    table = pl.DataFrame({
        "ReviewMeeting": np.where(held, meeting, 10**7), "LastReview": np.where(known, decision, 10**7),
        "ReviewOutcome": np.where(known, np.where(amend, "A", "M"), ""), "ReviewDraft": np.where(known & amend, decision + 5, 10**7),
    })  # fmt: skip
    moved = pl.when((pl.col("transfer_la") > 0) & (pl.col("closed") >= window)).then("transfer_la").alias("TransferLA")
    plan = plans.select("activeplanstableid", "requeststableid", "person", "case", "dob", moved)
    frame = pl.concat([plan, table], how="horizontal")
    frame = _phase_transfer(world, frame, case, end)
    order = ["activeplanstableid", "requeststableid", "person", "case", "TransferLA", "ReviewMeeting", "ReviewOutcome", "ReviewDraft",
             "PhaseTransferDueDate", "PhaseTransferFinalDate", "LastReview"]  # fmt: skip
    return dates(frame.select(order), "ReviewMeeting", "ReviewDraft", "PhaseTransferFinalDate", "LastReview", until=end)


def _phase_transfer(world: World, frame: pl.DataFrame, case: Ints, end: int) -> pl.DataFrame:
    """Add the dates of a phase transfer: due 15 February of the year of transfer, 31 March into post-16 (rules 7.1); about four in five final by then."""
    year = date.fromordinal(end + cal.EPOCH.toordinal()).year
    birth = pl.from_epoch("dob", time_unit="d")
    age = year - birth.dt.year() - (birth.dt.month() >= 9).cast(pl.Int32)  # at the last 31 August before the transfer
    due = pl.when(age.is_in([4, 11])).then(pl.date(year, 2, 15)).when(age == 16).then(pl.date(year, 3, 31))
    u = pl.Series("u", noise(world.seed, "phase transfer", case, np.full(len(case), year)))
    slip = pl.when(u < 0.8).then(-(u * 60).floor()).otherwise(((u - 0.8) * 200).floor()).cast(pl.Int64)
    return frame.with_columns(PhaseTransferDueDate=due).with_columns(
        PhaseTransferFinalDate=(pl.col("PhaseTransferDueDate").cast(pl.Int32).cast(pl.Int64) + slip).fill_null(10**7)
    )
