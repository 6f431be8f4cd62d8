"""The monthly series of a measure as XmR charts: one picture per area, with limits, special causes and what they mean.

Belongs here: reading the series and its process-control verdicts. Does not belong here: the rules themselves (dbt's metric_spc, domain rule 7.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sendjc_pipeline.scorecard import charts, words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.figure import Figure
from sendjc_pipeline.scorecard.page import Section
from sendjc_pipeline.scorecard.picture import Cell, Picture, Table, draw, nothing

_HOW_TO_READ = (
    "The line in the middle is the mean; dashed lines are the limits within which a steady process moves."
    " A diamond is a point that chance does not explain."
)
_PLAIN = """
    select * from metric_monthly where metric_id = ? and breakdown_topic = 'Total'
    order by service, tier, area_id, month"""
_CHARTED = """
    select monthly.*, spc.mean, spc.lower_limit_shown, spc.upper_limit_shown, spc.is_trial, spc.special_cause, spc.variation, spc.target_value
    from metric_monthly as monthly
    left join metric_spc as spc using (metric_id, area_id, time_window, service, tier, breakdown_topic, breakdown, month)
    where monthly.metric_id = ? and monthly.breakdown_topic = 'Total'
    order by monthly.service, monthly.tier, monthly.area_id, monthly.month"""


def sections(bundle: Bundle, metric_id: str) -> Iterator[Section]:
    """One section with a picture per area and series, or none where the measure has no monthly series."""
    rows = bundle.rows("metric_monthly", _CHARTED if "metric_spc" in bundle.tables else _PLAIN, [metric_id])
    if not rows:
        return
    pictures = [
        _picture(bundle, list(points))
        for _, points in groupby(rows, key=lambda r: (r["service"], r["tier"], r["area_id"]))
    ]
    target = [] if all(row.get("target_value") is None for row in rows) else ["The dotted line is the target."]
    yield Section(
        "Month by month",
        [_HOW_TO_READ, *target],
        pictures,
    )


def _picture(bundle: Bundle, points: list[Row]) -> Picture:
    last = points[-1]
    name, unit = str(last["area_name"]), str(last["unit"])
    of = f", {bundle.label(last['service'])}" if last["service"] not in (None, "Total", "ehc") else ""
    told = _from_the_first_told(points)
    rows: list[list[str | Cell]] = [
        [words.month(p["month"]), _shown(p), words.CAUSES.get(str(p.get("special_cause") or "none"), "")] for p in told
    ]
    if len(told) < len(points):
        rows.insert(0, [f"Before {words.month(told[0]['month'])}", "Not supplied", ""])
    table = Table(
        f"{name}{of}: {last['metric_name']} by month", ["Month", "Value", "Special cause"], rows, frozenset({1})
    )
    drawn = [
        {
            "month": p["month"],
            "value": p["value"],
            "mean": p.get("mean"),
            "lower": p.get("lower_limit_shown"),
            "upper": p.get("upper_limit_shown"),
            "cause": _cause(p),
        }
        for p in points
        if p["value"] is not None
    ]
    if len(drawn) < 2:
        count = "no month has" if not drawn else "1 month has"
        return nothing(f"{name}{of}: {count} a figure; a chart needs two.", table)
    first, end = drawn[0], drawn[-1]
    start, now = (f"{words.value(p['value'], unit)} in {words.month(p['month'])}" for p in (first, end))
    says = f"{name}{of}: from {start} to {now}"
    if end["mean"] is not None:
        says += f"; mean {words.value(end['mean'], unit)}, limits {words.value(end['lower'], unit)} to {words.value(end['upper'], unit)}"
        if last.get("is_trial"):
            says += "; fewer than 12 points, so these are trial limits"
    else:
        says += "; too few months for limits"
    return draw(charts.xmr(drawn, last.get("target_value"), words.axis(unit)), says + ".", table)


def _from_the_first_told(points: list[Row]) -> list[Row]:
    """The months from the first that anybody told of: a year of empty rows hides the others."""
    first = next((i for i, p in enumerate(points) if p["value_status"] != "not_supplied"), 0)
    return points[first:] if first > 1 else points


def so_far(bundle: Bundle, metric_id: str, figure: Figure) -> str:
    """From where to where a series went that is too short for a verdict; empty where it has one, or fewer than two months."""
    if not figure.is_shown or figure.spc_variation:
        return ""
    rows = bundle.rows("metric_monthly", _PLAIN, [metric_id])
    mine = (figure.area_id, figure.series[1:])
    given = [
        p
        for p in rows
        if p["value"] is not None and (p["area_id"], (p["service"] or "Total", p["tier"] or "Total")) == mine
    ]
    if len(given) < 2:
        return ""
    start, now = (
        f"{words.value(p['value'], str(p['unit']))} in {words.month(p['month'])}" for p in (given[0], given[-1])
    )
    return f"Trend: from {start} to {now}; too few months to tell a change from chance."


def _cause(point: Row) -> str:
    """What a point tells by itself: the part of its variation before the way it points."""
    if not point.get("special_cause"):
        return "none"
    return {"improving": "better", "concerning": "worse"}.get(str(point["variation"]).rsplit("_", 1)[0], "other")


def _shown(point: Row) -> str:
    if point["value"] is not None:
        return words.value(point["value"], str(point["unit"]))
    return words.absence(str(point["suppression"]), str(point["value_status"]))
