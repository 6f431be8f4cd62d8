"""The monthly series of a measure as XmR charts: one picture per area, with limits, special causes and what they mean.

Belongs here: reading the series and its process-control verdicts. Does not belong here: the rules themselves (dbt's metric_spc, domain rule 7.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sendjc_pipeline.scorecard import charts, words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.page import Section
from sendjc_pipeline.scorecard.picture import Picture, Table, draw, nothing

_HOW_TO_READ = (
    "The line in the middle is the mean; dashed lines are the limits within which a steady process moves."
    " A diamond is a point that chance does not explain."
)
_CAUSES = {"improvement": "better", "concern": "worse"}


def sections(bundle: Bundle, metric_id: str) -> Iterator[Section]:
    """One section with a picture per area and series, or none where the measure has no monthly series."""
    query = "select * from metric_monthly where metric_id = ? and breakdown_topic = 'Total' order by service, tier, area_id, month"
    rows = bundle.rows("metric_monthly", query, [metric_id])
    if not rows:
        return
    pictures = [
        _picture(bundle, list(points))
        for _, points in groupby(rows, key=lambda r: (r["service"], r["tier"], r["area_id"]))
    ]
    yield Section(
        "Month by month",
        [_HOW_TO_READ],
        pictures,
    )


def _picture(bundle: Bundle, points: list[Row]) -> Picture:
    last = points[-1]
    name, unit = str(last["area_name"]), str(last["unit"])
    of = f", {bundle.label(last['service'])}" if last["service"] not in (None, "Total", "ehc") else ""
    rows = [
        [words.month(p["month"]), _shown(p), words.CAUSES.get(str(p.get("special_cause") or "none"), "")]
        for p in points
    ]
    table = Table(
        f"{name}{of}: {last['metric_name']} by month", ["Month", "Value", "Special cause"], rows, frozenset({1})
    )
    drawn = [
        {
            "month": p["month"], "value": p["value"], "mean": p.get("spc_mean"), "lower": p.get("spc_lower"), "upper": p.get("spc_upper"),
            "cause": _CAUSES.get(str(p.get("special_cause_type")), "none" if not p.get("special_cause") else "other"),
        }
        for p in points if p["value"] is not None
    ]  # fmt: skip
    if len(drawn) < 2:
        return nothing(f"{name}{of}: {len(drawn)} month with a figure; a chart needs two.", table)
    first, end = drawn[0], drawn[-1]
    start, now = (f"{words.value(p['value'], unit)} in {words.month(p['month'])}" for p in (first, end))
    says = f"{name}{of}: from {start} to {now}"
    if end["mean"] is not None:
        says += f"; mean {words.value(end['mean'], unit)}, limits {words.value(end['lower'], unit)} to {words.value(end['upper'], unit)}"
    if len(drawn) < 12:
        says += "; fewer than 12 points, so these are trial limits"
    return draw(charts.xmr(drawn, None, words.axis(unit)), says + ".", table)


def _shown(point: Row) -> str:
    if point["value"] is not None:
        return words.value(point["value"], str(point["unit"]))
    return words.absence(str(point["suppression"]), str(point["value_status"]))
