"""From a figure that rests on a clock back to its cases and events: what counts, what each exclusion leaves out, which events start and stop it.

Belongs here: the walk through a release's accounting tables. A roll-up such as qt1 is walked through its parts, whose counts are rounded each alone.
"""

from __future__ import annotations

from typing import Any

from sendjc_pipeline.commands.console import show
from sendjc_pipeline.release.ledger import Release
from sendjc_pipeline.warehouse.connection import connect

_PARTS = "(select ? as area_id union all select area_id from area_rollup where rollup_id = ?)"
_NEEDED = {"metric_definition", "clock_rule", "area_rollup", "mart_clock_accounting", "mart_event_accounting"}


def walk(release: Release, metric: str, area: str) -> dict[str, Any]:
    """The clock of a metric with its cases by reason and its events by kind; empty where it rests on no clock.

    Counts are as published: rounded to 5, and null where they tell of 1 to 7 children.
    """
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        if not {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()} >= _NEEDED:
            return {}
        rule = con.execute(
            "select distinct rule.clock_id, rule.name, rule.service, rule.start_event, rule.stop_events, rule.nullify_events, rule.end_events"
            " from metric_definition as metric join clock_rule as rule on metric.clock_id = rule.clock_id where metric.metric_id = ?",
            [metric],
        ).fetchone()
        if rule is None:
            return {}
        clock_id, name, service, *event_lists = rule
        cases = con.execute(
            f"select area_id, reason, case_count, child_count, suppression from mart_clock_accounting"
            f" where clock_id = ? and area_id in {_PARTS} order by area_id, reason_order",
            [clock_id, area, area],
        ).fetchall()
        kinds = [kind for listed in event_lists for kind in str(listed or "").split("|") if kind]
        events = con.execute(
            f"select area_id, event_type, event_count, child_count, submission_count, suppression from mart_event_accounting"
            f" where service = ? and event_type in (select unnest(?::varchar[])) and area_id in {_PARTS} order by area_id, event_type",
            [service, kinds, area, area],
        ).fetchall()
    finally:
        con.close()
    return {
        "clock_id": clock_id,
        "name": name,
        "events": [dict(zip(("area", "event", "events", "children", "submissions", "suppression"), row, strict=True)) for row in events],
        "cases": [dict(zip(("area", "reason", "cases", "children", "suppression"), row, strict=True)) for row in cases],
    }  # fmt: skip


def show_walk(walked: dict[str, Any]) -> None:
    """Print events and cases; a count of 1 to 7 is said to be hidden."""
    events = [
        [e["area"], e["event"], _said(e["events"]), _said(e["children"]), e["submissions"]] for e in walked["events"]
    ]
    show(
        f"Events that start, stop or end '{walked['name']}'",
        ["area", "event", "events", "children", "submissions"],
        events,
        right=(2, 3, 4),
    )
    cases = [
        [c["area"], c["reason"], _said(c["cases"]), _said(c["children"])] for c in walked["cases"] if c["cases"] != 0
    ]
    show(
        "Its cases: all, those that count, and what each reason leaves out",
        ["area", "reason", "cases", "children"],
        cases,
        right=(2, 3),
    )


def _said(count: int | None) -> str:
    return "hidden (1 to 7)" if count is None else f"{count:,}"
