"""The headline of a release in Markdown, for the page of the release asset in Dagster: a table by area, and each monthly series as a line of bars.

Belongs here: Markdown. The words and numbers are those of the pages.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, Row

_BARS = "▁▂▃▄▅▆▇█"


def headline(release: Path) -> str:
    """Figures that have a target or a benchmark, one row a measure, one column an area."""
    with Bundle(release) as bundle:
        totals = [figure for figure in bundle.figures if figure.is_total]
        wanted = {(f.metric_id, f.series) for f in totals if f.target_type == "absolute" or f.england_value is not None}
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for figure in totals:
            if (figure.metric_id, figure.series) in wanted:
                rows.setdefault((figure.title, figure.when), {})[figure.area_id] = figure.shown
        head = f"| measure | window | {' | '.join(bundle.areas.values())} |\n|---|---|{'---:|' * len(bundle.areas)}\n"
        lines = [
            f"| {title} | {when} | {' | '.join(of.get(area, '') for area in bundle.areas)} |"
            for (title, when), of in rows.items()
        ]
    return head + "\n".join(lines)


def series(release: Path) -> str:
    """Every monthly series as one row: its first and last value, and a bar for each month between."""
    query = (
        "select * from metric_monthly where breakdown_topic = 'Total' order by metric_id, service, tier, area_id, month"
    )
    with Bundle(release) as bundle:
        rows = bundle.rows("metric_monthly", query)
        lines = [
            _line(bundle, list(points))
            for _, points in groupby(rows, key=lambda r: (r["metric_id"], r["service"], r["tier"], r["area_id"]))
        ]
    return "| measure | area | first | | last |\n|---|---|---:|---|---:|\n" + "\n".join(line for line in lines if line)


def _line(bundle: Bundle, points: list[Row]) -> str:
    given = [p for p in points if p["value"] is not None]
    if not given:
        return ""
    values = [float(p["value"]) for p in given]
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    bars = "".join(_BARS[round((value - low) / spread * (len(_BARS) - 1))] for value in values)
    first, last = (f"{words.value(p['value'], str(p['unit']))} ({p['month']})" for p in (given[0], given[-1]))
    of = "" if given[0]["service"] in (None, "Total") else f" ({bundle.label(str(given[0]['service']))})"
    return f"| {given[0]['metric_name']}{of} | {given[0]['area_name']} | {first} | {bars} | {last} |"
