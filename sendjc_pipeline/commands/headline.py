"""The headline table: a line for each figure of seed headline_series, one column per area, read from the release and from nothing else."""

from __future__ import annotations

import duckdb

from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.release.ledger import Release
from sendjc_pipeline.warehouse.connection import connect

_SIGNS = {"pct": " %", "pct_change": " %", "weeks": " wk", "pp": " pp"}
_CHOSEN = "select headline_order, metric_id, time_window, service from headline_series"
_EVERY = "select distinct 1 as headline_order, metric_id, time_window, service from metric_quarterly"
_TO_ONE_PLACE = ("fte", "rate", "mean", "ratio")  # and those with a sign; all else in whole numbers


def print_headline(release: Release) -> None:
    """Print the headline figures of a release about whole areas; `c` is a small number not shown, `-` one that nobody supplied, the others by their number."""
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        rows = con.execute(f"""
            with headline as ({_CHOSEN if _has_chosen(con) else _EVERY})
            select metric_id, time_window, service, unit, area_id, value, suppression, value_status, england_value, benchmark_period,
                headline_order is not null
            from metric_quarterly left join headline using (metric_id, time_window, service)
            where breakdown = 'Total' and tier = 'Total'
            order by headline_order, metric_id, time_window, service
        """).fetchall()
        # As on the pages: authorities first, then what they add up into.
        by_level = "select area_id from area order by geographic_level <> 'Local authority', area_id"
        areas = [area for (area,) in con.execute(by_level).fetchall()]
    finally:
        con.close()
    lines: dict[tuple[str, str], dict[str, str]] = {}
    chosen = set()
    for metric, window, service, unit, area, value, suppression, status, england, period, is_headline in rows:
        label = metric if service in (None, "Total") or metric.startswith(service) else f"{metric} ({service})"
        line = lines.setdefault((label, window), {"England": ""})
        line[area] = _cell(value, unit, suppression, status)
        if england is not None:
            line["England"] = f"{_cell(england, unit, 'none', 'final')} ({period})"
        if is_headline:
            chosen.add((label, window))
    told = {key: line for key, line in lines.items() if {line.get(area, "") for area in areas} - {"-", ""}}
    show(
        f"{release.release_id}: headline figures",
        ["metric", "window", *areas, "England"],
        [
            [label, window, *(line.get(area, "") for area in areas), line["England"]]
            for (label, window), line in told.items()
            if (label, window) in chosen
        ],
        right=range(2, 3 + len(areas)),
    )
    console.print(
        "c: a small number, or one that would give a small number back, is not shown.  w: withheld.  -: no figure."
    )
    if further := len(told.keys() - chosen):
        console.print(f"{further} more figures are in the release, which has them as pages too: scorecard/index.html.")
    if len(lines) > len(told):
        console.print(f"{len(lines) - len(told)} have no figure for any area; the release says why, one by one.")
    console.print(f"`sendjc explain METRIC --area AREA --quarter {release.quarter}` says why.", markup=False)


def _has_chosen(con: duckdb.DuckDBPyConnection) -> bool:
    """Releases of schema 1.0 do not have the choice."""
    return bool(con.execute("select 1 from duckdb_tables() where table_name = 'headline_series'").fetchall())


def _cell(value: float | None, unit: str, suppression: str, status: str) -> str:
    if suppression != "none":
        return "c"
    if status == "withheld":
        return "w"
    if value is None:
        return "-"
    if unit in _SIGNS or unit in _TO_ONE_PLACE:
        return f"{value:,.1f}{_SIGNS.get(unit, '')}"
    return f"{value:,.0f}"
