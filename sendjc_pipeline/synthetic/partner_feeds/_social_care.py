"""Which children a council's social care team knows, for the yearly returns cin and ssda903.

Belongs here: who is chosen, the council's number of a child, what it knows of UPNs, the year of the return. Does not belong here: episodes.
The share of chosen children with an EHC plan is the published one (DfE LAIT, 2025: domain sources 7.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from sendjc_pipeline.synthetic import calibration as cal
from sendjc_pipeline.synthetic.draws import noise
from sendjc_pipeline.synthetic.partner_feeds import _local as local
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.tables import record_number

YEAR = 365


def is_due(scene: Scene) -> bool:
    """Whether the year of the return ends with this quarter."""
    return scene.quarter.number == 4


def period(scene: Scene) -> str:
    """The financial year of the quarter, such as 2024-25."""
    return scene.quarter.label.rpartition("-")[0]


def year_start(scene: Scene) -> int:
    """First day of the year that ends with the quarter, as days since 1970."""
    return cal.day(date(scene.quarter.end.year - 1, 4, 1))


def chosen(scene: Scene, area: str, salt: str, rate: float, with_plan: Mapping[str, float]) -> pl.DataFrame:
    """Choose `rate` of the area's children, of whom the share `with_plan` (in percent) has an EHC plan.

    Columns of residents, and has_plan, number (the council's id of the child, one for both returns), known_upn.
    """
    here = local.residents(scene, area)
    here = here.filter(pl.col("dob") < scene.end - 60, pl.col("dob") > year_start(scene) + 200 - 18 * YEAR)
    plans = scene.world.cases.filter(
        pl.col("outcome") == "Y", pl.col("closed") <= scene.end, pl.col("ceased") > scene.end
    ).select("person")
    here = here.with_columns(has_plan=pl.col("person").is_in(plans["person"].implode()))
    share, planned = with_plan[area] / 100, here.filter("has_plan").height
    wanted, others = rate * here.height, here.height - planned
    odds = wanted * share / max(planned, 1), wanted * (1 - share) / max(others, 1)
    who = here["person"].to_numpy()
    u = pl.Series("u", noise(scene.world.seed, f"{area} {salt}", who))
    no_upn = pl.Series("no_upn", noise(scene.world.seed, f"{area} no upn", who) < 0.012)
    known = ~pl.lit(no_upn) & (pl.col("upn_from") <= scene.end)
    return here.with_columns(
        u, number=record_number("person", f"{area} social care"), known_upn=pl.when(known).then("upn")
    ).filter(pl.col("u") < pl.when("has_plan").then(odds[0]).otherwise(odds[1]))


def is_under_six(scene: Scene) -> pl.Expr:
    """Whether a child is too young for a UPN to be expected all year."""
    return pl.col("dob") > year_start(scene) - 6 * YEAR + 30
