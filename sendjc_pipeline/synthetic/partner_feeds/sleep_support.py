"""Referrals to sleep support and the steps that children take along its pathway.

Belongs here: the rows of `sleep_support` and `sleep_step`. Does not belong here: who a child is (_local). A child is referred at most once, to
the council's team or to the provider's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import NEVER
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.population import chance
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

FEED = "sleep_support"
REFERRED, COUNCIL_SHARE = 0.12, 0.5
_FIRST, _LAST = cal.day(date(2021, 1, 4)), cal.day(cal.WORLD_END)


def partners(areas: Sequence[str]) -> list[str]:
    """Every council, and the providers of the areas."""
    return [*areas, *local.providers(areas)]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Referrals open at any time in the quarter, and their steps."""
    rows = local.identified(scene, partner, _referrals(scene, partner)).sort("referral_id")
    return {
        FEED: local.finished(FEED, FEED, partner, rows),
        "sleep_step": local.finished(FEED, "sleep_step", partner, _steps(scene, rows)),
        "_person": local.whose(rows),
    }


def _referrals(scene: Scene, partner: str) -> pl.DataFrame:
    people = local.residents(scene, partner)
    theirs = chance(scene.world, "sleep council", COUNCIL_SHARE, people["person"])
    people = people.filter(theirs if partner in cal.AREAS else ~theirs)
    people = people.filter(chance(scene.world, "sleep", REFERRED, people["person"]))
    who, end = people["person"], scene.end
    referred = local.between(scene, "sleep referral", _FIRST, _LAST, who)
    decided = referred + local.between(scene, "sleep decision", 3, 25, who)
    turned_down = chance(scene.world, "sleep rejected", 0.08, who).to_numpy()
    seen = np.where(turned_down, NEVER, decided + local.between(scene, "sleep wait", 10, 170, who))
    left = np.where(turned_down, decided, seen + local.between(scene, "sleep length", 30, 220, who))
    step = local.pick(scene, "sleep step", ("1", "2", "3"), (50, 38, 12), who)
    outcome = local.pick(scene, "sleep outcome", ("1", "2", "3", "4"), (60, 20, 8, 12), who)
    frame = pl.DataFrame({
        "person": who, "referral_date": referred, "decided": decided, "seen": seen, "left": left,
        "turned_down": turned_down, "last_step": step, "what": outcome, "dob": people["dob"],
        "source": local.pick(scene, "sleep source", ("1", "2", "3", "4", "5"), (30, 30, 20, 15, 5), who),
    })  # fmt: skip
    old = pl.col("referral_date") - pl.col("dob")
    frame = frame.filter(pl.col("referral_date") <= end, pl.col("left") >= scene.start, old > 500, old < 19 * 365).drop(
        "dob"
    )
    was_seen, has_left = pl.col("seen") <= end, pl.col("left") <= end
    return frame.with_columns(
        referral_id=record_number("person", f"{partner} sleep", 8),
        accepted_date=pl.when(~pl.col("turned_down") & (pl.col("decided") <= end)).then("decided"),
        rejected_date=pl.when(pl.col("turned_down") & (pl.col("decided") <= end)).then("decided"),
        first_contact_date=pl.when(was_seen).then("seen"), discharge_date=pl.when(has_left).then("left"),
        pathway_step=pl.when(has_left).then("last_step").when(was_seen).then(pl.lit("1")),
        outcome=pl.when(has_left & pl.col("turned_down")).then(pl.lit("5")).when(has_left).then("what"),
    ).with_columns(pathway_step=pl.when(was_seen).then("pathway_step"))  # fmt: skip


def _steps(scene: Scene, rows: pl.DataFrame) -> pl.DataFrame:
    """One row per step up to the last: each takes its share of the time from the first contact to the discharge."""
    seen = rows.filter(pl.col("first_contact_date").is_not_null())
    count = pl.col("last_step").cast(pl.Int64)
    steps = seen.with_columns(n=pl.int_ranges(1, count + 1), count=count).explode("n")
    share = (pl.col("left") - pl.col("seen")) // pl.col("count")
    first = pl.col("n") == 1
    steps = steps.with_columns(
        start_date=pl.when(first).then("decided").otherwise(pl.col("seen") + share * (pl.col("n") - 1)), end_date=pl.col("seen") + share * pl.col("n"),
    ).filter(pl.col("start_date") <= scene.end)  # fmt: skip
    gap = local.between(scene, "sleep step gap", 0, 40, steps["person"], steps["n"])
    told = chance(scene.world, "sleep handover", 0.8, steps["person"], steps["n"])
    return steps.with_columns(
        step_number=pl.col("person") * 10 + pl.col("n"), pathway_step=pl.col("n").cast(pl.String), accepted_date="start_date",
        first_attended_date=pl.when(first).then("seen").otherwise(pl.min_horizontal(pl.col("start_date") + pl.lit(pl.Series(gap)), "end_date")),
        handover_date=pl.when(~first & pl.lit(told)).then("start_date"), is_planned_step_down=pl.lit(value=False),
    ).with_columns(
        step_id=record_number("step_number", "sleep step", 8),
        **{name: pl.when(pl.col(name) <= scene.end).then(pl.col(name)) for name in ("first_attended_date", "end_date")},
    ).sort("step_id")  # fmt: skip


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
