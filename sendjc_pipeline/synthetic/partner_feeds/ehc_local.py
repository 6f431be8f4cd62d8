"""A council's local additions to SEN2: structured conversations, drafts, amended plans.

Belongs here: the rows of `ehc_local`, `request` and `review`. Does not belong here: the cases (ehc), the reviews themselves (extract_reviews), who a
child is (_local). Days that SEN2 holds too are the same here, so that the two can be joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER
from sendjc_pipeline.synthetic.extract_reviews import reviews
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

FEED = "ehc_local"
TWENTY_WEEKS = 140
# Share of decisions with a structured conversation, and its growth a year from 2022 on (rules 1.2: 50 %, later 95 %, are the aims).
_CONVERSATIONS, _GROWTH = 0.2, 0.15


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Requests open, and reviews held or unfinished, at any time in the quarter, and their children."""
    requests, held = _requests(scene, partner), _reviews(scene, partner)
    who = pl.concat([requests.select("person"), held.select("person")]).unique().sort("person")
    people = local.identified(scene, partner, who, with_uln=True).sort("local_id")
    number = people.select("person", "local_id")
    tables = {
        "ehc_local": people,
        "request": requests.join(number, on="person", how="left", maintain_order="left").sort("request_id"),
        "review": held.join(number, on="person", how="left", maintain_order="left").sort("review_id"),
    }
    sent = {name: local.finished(FEED, name, partner, rows) for name, rows in tables.items()}
    return {**sent, "_person": local.whose(people)}


def _requests(scene: Scene, area: str) -> pl.DataFrame:
    end = scene.end
    cases = scene.world.cases.filter(
        pl.col("area_id") == area, ~pl.col("kind").is_in(["stock", "transfer_in"]), pl.col("received") <= end,
        pl.col("received") > end - 1_500,
    )  # fmt: skip
    who = cases["case"]
    refused = (pl.col("decision") != "Y") & (pl.col("closed") >= NEVER)
    cases = cases.with_columns(over=pl.when(refused).then("decided").otherwise("closed")).filter(
        pl.col("over") >= scene.start
    )
    who = cases["case"]
    draft_lag, talk_lag = local.between(scene, "draft", 16, 45, who), local.between(scene, "conversation", 2, 12, who)
    comment_lag = local.between(scene, "comments", 5, 16, who)
    share = _CONVERSATIONS + _GROWTH * max(scene.quarter.end.year - 2022, 0)
    talked = chance(scene.world, f"{area} conversation", min(share, 0.95), who)
    reason = local.pick(scene, "delay", ("6", "5", "7", "2", "4", "9"), (50, 15, 15, 8, 5, 7), who)
    issued = (pl.col("outcome") == "Y") & (pl.col("closed") <= end)
    decided, stage_1 = pl.col("decided") <= end, pl.col("decision").is_in(["Y", "N"])
    final = pl.when(issued).then("closed")
    draft = pl.max_horizontal("decided", pl.col("closed") - pl.lit(pl.Series(draft_lag)))
    held = decided & stage_1 & pl.lit(talked)
    overturned = issued & (pl.col("kind") == "overturned")
    return cases.with_columns(
        request_id=record_number("case", f"{area} local request", 8), received_date="received",
        structured_conversation=pl.when(decided & stage_1).then(held),
        structured_conversation_date=pl.when(held).then(pl.max_horizontal("received", pl.col("decided") - pl.lit(pl.Series(talk_lag)))),
        decision=pl.when(overturned).then(pl.lit("Y")).when(decided).then("decision"), decision_date=pl.when(decided).then("decided"),
        draft_plan_date=pl.when(issued).then(draft), final_plan_date=final,
        comments_date=pl.when(issued).then(pl.min_horizontal(draft + pl.lit(pl.Series(comment_lag)), "closed")),
        delay_reason=pl.when(issued & (pl.col("closed") > pl.col("received") + TWENTY_WEEKS)).then(reason),
    )  # fmt: skip


def _reviews(scene: Scene, area: str) -> pl.DataFrame:
    """Reviews as SEN2 has them, with what followed: the plan is amended within some twelve weeks, or later."""
    end = scene.end
    plans = scene.world.cases.filter(
        pl.col("area_id") == area, pl.col("outcome") == "Y", pl.col("closed") <= end, pl.col("ceased") > end
    ).join(scene.world.persons.select("person", "dob"), on="person", how="left", maintain_order="left")
    plans = plans.with_columns(activeplanstableid=pl.lit(""), requeststableid=pl.lit(""))
    table = reviews(scene.world, plans, area, end, cal.day(date(scene.quarter.end.year - 1, 1, 1)))
    day = {name: pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in ("ReviewMeeting", "LastReview", "ReviewDraft")}
    table = table.filter(pl.col("ReviewMeeting").is_not_null()).with_columns(**day)
    keys = table["case"], table["ReviewMeeting"]
    report = pl.lit(pl.Series(local.between(scene, "review report", 4, 20, *keys)))
    final = pl.col("ReviewDraft") + pl.lit(pl.Series(local.between(scene, "amended", 20, 95, *keys)))
    decided, amends = pl.col("LastReview") <= end, pl.col("ReviewOutcome") == "A"
    rows = table.with_columns(
        number=pl.col("case") * 100_000 + pl.col("ReviewMeeting"), meeting_date="ReviewMeeting", report_date=pl.col("ReviewMeeting") + report,
        decision=pl.when(decided).then("ReviewOutcome"), decision_date=pl.when(decided).then("LastReview"),
        amendment_notice_date=pl.when(decided & amends).then("ReviewDraft"),
        final_amended_date=pl.when(decided & amends).then(final),
    ).with_columns(
        pl.when(pl.col(name) <= end).then(pl.col(name)).alias(name) for name in ("report_date", "amendment_notice_date", "final_amended_date")
    )  # fmt: skip
    last = pl.when(amends & decided).then("final_amended_date").otherwise("decision_date")
    rows = rows.filter(last.is_null() | (last >= scene.start) | (pl.col("meeting_date") >= scene.start))
    return rows.with_columns(review_id=record_number("number", f"{area} review", 8)).unique(
        "review_id", maintain_order=True
    )


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
