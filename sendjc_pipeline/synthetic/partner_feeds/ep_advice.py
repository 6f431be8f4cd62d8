"""Requests for advice in EHC needs assessments: who was asked, when a psychologist was found, when the advice came.

Belongs here: the rows of `ep_advice`. Does not belong here: the cases themselves (ehc), or who a child is (_local).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sendjc_pipeline.synthetic.draws import NEVER, Ints, noise
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

FEED = "ep_advice"
SIX_WEEKS, LONGEST = 42, 900  # no request stays open longer than that here
# Adviser -> the share of assessments in which advice is asked of them.
_ADVISERS = {"EP": 1.0, "SCHOOL": 1.0, "SC": 1.0, "PAED": 0.9, "SLT": 0.6, "OT": 0.35, "CAMHS": 0.2, "SENS": 0.05}
_OTHERS_LAST = 75  # days within which all but the psychologist answer


def partners(areas: Sequence[str]) -> list[str]:
    """Every council."""
    return list(areas)


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Every request for advice that was open at any time in the quarter."""
    rows = _requests(scene, partner)
    rows = local.identified(scene, partner, rows, with_uln=True).sort("advice_id")
    return {FEED: local.finished(FEED, FEED, partner, rows), "_person": local.whose(rows)}


def _requests(scene: Scene, area: str) -> pl.DataFrame:
    world = scene.world
    agreed = world.cases.filter(
        pl.col("area_id") == area, pl.col("decision") == "Y", pl.col("decided") <= scene.end,
        pl.col("decided") > scene.end - LONGEST, pl.col("closed") > pl.col("decided") + 20,
    )  # fmt: skip
    names = list(_ADVISERS)
    rows = agreed.select("case", "person", "decided", "closed", "outcome").join(
        pl.DataFrame({"place": range(len(names)), "adviser_type": names, "share": list(_ADVISERS.values())}),
        how="cross",
    )
    keys = rows["case"], rows["place"]
    asked = noise(world.seed, f"{area} advice asked", *(key.to_numpy().astype(np.int64) for key in keys))
    rows = rows.filter(pl.Series(asked) < rows["share"])
    keys = rows["case"], rows["place"]
    requested = rows["decided"].to_numpy() + local.between(scene, "advice requested", 0, 6, *keys)
    # Advice comes before the plan is written; where the case has no end here, within some months.
    span = np.minimum(
        rows["closed"].to_numpy() - requested - 14, 200 + local.between(scene, "advice span", 0, 120, *keys)
    )
    received, allocated, seen = _steps(scene, rows, requested, np.maximum(span, 6))
    withdrawn = (rows["outcome"] == "W").to_numpy() & (received > rows["closed"].to_numpy() - 14)
    cancelled = np.where(withdrawn, rows["closed"].to_numpy(), NEVER)
    received = np.where(withdrawn, NEVER, received)
    is_late = (received <= scene.end) & (received > requested + SIX_WEEKS)
    reason = local.pick(scene, "advice late", ("4", "1", "2", "3", "9"), (70, 10, 10, 5, 5), *keys)
    over = np.minimum(received, cancelled)
    return rows.with_columns(
        advice_id=(pl.col("case") * 10 + pl.col("place")), assessment_agreed_date="decided",
        requested_date=pl.Series(requested), due_date=pl.Series(requested + SIX_WEEKS),
        allocated_date=pl.Series(local.until(allocated, scene.end)), child_seen_date=pl.Series(local.until(seen, scene.end)),
        received_date=pl.Series(local.until(received, scene.end)), cancelled_date=pl.Series(local.until(cancelled, scene.end)),
        late_reason=pl.when(pl.Series(is_late)).then(reason), over=pl.Series(over),
    ).filter(pl.col("over") >= scene.start, pl.col("requested_date") <= scene.end).with_columns(
        advice_id=record_number("advice_id", f"{area} advice", 8)
    )  # fmt: skip


def _steps(scene: Scene, rows: pl.DataFrame, requested: Ints, span: Ints) -> tuple[Ints, Ints, Ints]:
    """Days on which advice was received and allocated and the child was seen: psychologists are scarce, the others answer sooner."""
    keys = rows["case"], rows["place"]
    draws = [
        noise(scene.world.seed, name, *(key.to_numpy().astype(np.int64) for key in keys)) for name in ("a", "b", "c")
    ]
    is_ep = (rows["adviser_type"] == "EP").to_numpy()
    length = np.where(is_ep, span, np.minimum(span, _OTHERS_LAST))
    received = requested + np.maximum(np.floor(length * (0.55 + 0.45 * draws[0])), 3).astype(np.int64)
    allocated = requested + np.floor((received - requested) * (0.1 + 0.6 * draws[1])).astype(np.int64)
    seen = allocated + np.floor((received - allocated) * draws[2]).astype(np.int64)
    at_a_desk = np.isin(rows["adviser_type"].to_numpy(), ("SCHOOL", "SC"))
    return received, allocated, np.where(at_a_desk, NEVER, seen)


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
