"""Requests for equipment for children, from the request to the delivery.

Belongs here: the rows of `equipment`. Does not belong here: who a child is (_local). The council's store and the provider's each have children of their own.
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

FEED = "equipment"
REQUESTED, COUNCIL_SHARE = 0.09, 0.4
_FIRST, _LAST = cal.day(date(2021, 1, 4)), cal.day(cal.WORLD_END)
_BY_NEED = {"PD": "SEAT", "HI": "HEAR", "VI": "SEE", "MSI": "SEE", "PMLD": "HOIST", "SLCN": "COMM"}
_REQUESTER = {"SEAT": "OT", "HEAR": "SENS", "SEE": "SENS", "HOIST": "PT", "COMM": "SLT", "MOB": "PT", "BATH": "OT", "BED": "OT", "OTHER": "NURSE"}  # fmt: skip


def partners(areas: Sequence[str]) -> list[str]:
    """Every council, and the providers of the areas."""
    return [*areas, *local.providers(areas)]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame] | None:
    """Requests open at any time in the quarter."""
    rows = local.identified(scene, partner, _requests(scene, partner)).sort("request_id")
    return {FEED: local.finished(FEED, FEED, partner, rows), "_person": local.whose(rows)}


def _requests(scene: Scene, partner: str) -> pl.DataFrame:
    people = local.residents(scene, partner)
    theirs = chance(scene.world, "equipment council", COUNCIL_SHARE, people["person"])
    people = people.filter(theirs if partner in cal.AREAS else ~theirs)
    likely = people["need_1"].is_in(list(_BY_NEED)).fill_null(value=False)
    wanted = chance(scene.world, "equipment", REQUESTED, people["person"])
    often = chance(scene.world, "equipment often", 3 * REQUESTED, people["person"])
    people = people.filter(wanted | (likely & often))
    who, end = people["person"], scene.end
    asked = local.between(scene, "equipment request", _FIRST, _LAST, who)
    assessed = asked + local.between(scene, "equipment assessed", 5, 60, who)
    decided = assessed + local.between(scene, "equipment decided", 3, 40, who)
    declined = chance(scene.world, "equipment declined", 0.09, who).to_numpy()
    ordered = np.where(declined, NEVER, decided + local.between(scene, "equipment ordered", 0, 14, who))
    delivered = np.where(declined, NEVER, ordered + local.between(scene, "equipment delivered", 5, 130, who))
    returned = np.where(declined, NEVER, delivered + local.between(scene, "equipment kept", 300, 1_500, who))
    other = local.pick(scene, "equipment kind", ("SEAT", "MOB", "BATH", "BED", "OTHER"), (30, 25, 25, 15, 5), who)
    category = people["need_1"].replace_strict(_BY_NEED, default=None, return_dtype=pl.String).fill_null(other)
    frame = pl.DataFrame({
        "person": who, "dob": people["dob"], "category": category, "requested_by": category.replace_strict(_REQUESTER, return_dtype=pl.String),
        "setting": local.pick(scene, "equipment setting", ("H", "S", "B"), (60, 25, 15), who),
        "funder": local.pick(scene, "equipment funder", ("L", "N", "J", "S"), (35, 35, 25, 5), who),
        "request_date": asked, "assessment_date": local.until(assessed, end), "decision_date": local.until(decided, end),
        "order_date": local.until(ordered, end), "delivery_date": local.until(delivered, end), "return_date": local.until(returned, end),
        "declined": declined, "over": np.where(declined, decided, delivered),
    })  # fmt: skip
    old = pl.col("request_date") - pl.col("dob")
    frame = frame.filter(pl.col("request_date") <= end, pl.col("over") >= scene.start, old > 200, old < 19 * 365)
    word = pl.when("declined").then(pl.lit("D")).otherwise(pl.lit("A"))
    return frame.drop("dob").with_columns(
        request_id=record_number("person", f"{partner} equipment", 8),
        decision=pl.when(pl.col("decision_date") < NEVER).then(word),
    )


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001  every module's signature
    """The name of the file that holds a table."""
    return local.file_name(FEED, partner, table)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:  # noqa: ARG001
    """Write a workbook or CSV files, as the sender does; returns rows by file name."""
    return local.write(FEED, partner, tables, folder)
