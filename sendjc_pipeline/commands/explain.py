"""`sendjc explain`: from a published figure back to the submissions behind it, read from the release alone."""

from __future__ import annotations

import json

from sendjc_pipeline.commands.console import console, show
from sendjc_pipeline.commands.explain_walk import show_walk, walk
from sendjc_pipeline.release import ledger
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.warehouse.connection import connect

_SHOWN = (
    "metric_name", "time_window", "service", "numerator", "denominator", "value", "value_lower", "value_upper",
    "bounds_basis", "unit", "value_status", "suppression",
    "target_type", "target_value", "target_due_date",
    "brag", "spc_variation", "spc_assurance", "dq_grade", "dq_reason", "england_value", "region_value", "neighbours_value", "benchmark_period", "source_feeds",
)  # fmt: skip


def explain(settings: Settings, metric: str, area: str, quarter: Quarter, as_json: bool) -> None:
    """Print the figure, its definition and target, what changed since the revision before, and the submissions behind it.

    Raises:
        SendjcError: the quarter has no release, or the release has no such figure.
    """
    release = ledger.newest(settings, quarter)
    if release is None:
        raise SendjcError(f"{quarter} has no standing release; `sendjc release list` shows what there is.")
    figures = _figures(release, metric, area)
    if not figures:
        raise SendjcError(f"{release.release_id} has no '{metric}' for '{area}'. {_known(release)}")
    manifest = release.manifest()
    wanted = set(str(figures[0]["source_feeds"]).split("|"))
    partners = _partners(release, area)
    behind = [s for s in manifest["submissions"] if s["feed"] in wanted and s["partner"] in partners]
    before = _before(settings, release, metric, area)
    walked = walk(release, metric, area)
    if as_json:
        content = {
            "release_id": release.release_id,
            "figures": figures,
            "before": before,
            "clock": walked,
            "submissions": behind,
        }
        console.print_json(json.dumps(content, default=str))
        return
    totals = [figure for figure in figures if figure["breakdown_topic"] == "Total"]
    for figure in totals:
        show(f"{release.release_id}: {metric}, {area}", ["", ""], [[name, figure.get(name)] for name in _SHOWN])
    if len(figures) > len(totals):
        console.print(f"{len(figures) - len(totals)} more figures of its breakdowns: --json has them.")
    if before:
        names = ("time_window", "service", "value", "value_lower", "value_upper", "value_status", "suppression")
        rows = [
            [b.get(name) for name in names] for b in before if b["breakdown_topic"] == "Total"
        ]  # an old release may have no bounds
        show("In the revision before", ["window", "service", "value", "lower", "upper", "status", "suppression"], rows)
    if walked:
        show_walk(walked)
    rows = [
        [s["partner"], s["feed"], s["period"], s["status"], sum(t["received"] for t in s["tables"].values()),
         sum(t["quarantined"] for t in s["tables"].values()), s["submission_id"]]
        for s in behind
    ]  # fmt: skip
    show(
        "Submissions behind it",
        ["partner", "feed", "period", "status", "rows", "quarantined", "submission"],
        rows,
        right=(4, 5),
    )
    checks = manifest["checks"]
    console.print(
        f"{checks['passed']} of {checks['judged']} checks passed.", *checks["warnings"], sep="\n  ", markup=False
    )


def _figures(release: ledger.Release, metric: str, area: str) -> list[dict[str, object]]:
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        found = con.execute(
            "select * from metric_quarterly where metric_id = ? and area_id = ? order by time_window, service, breakdown_topic, breakdown",
            [metric, area],
        )
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()


def _known(release: ledger.Release) -> str:
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        found = con.execute(
            "select string_agg(distinct metric_id, ', ' order by metric_id), string_agg(distinct area_id, ', ' order by area_id)"
            " from metric_quarterly"
        ).fetchone()
    finally:
        con.close()
    metrics, areas = found or ("", "")
    return f"Metrics: {metrics}. Areas: {areas}."


def _partners(release: ledger.Release, area: str) -> set[str]:
    """Who sends what this area's figures are made of; for a roll-up, who sends for each of its parts."""
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        rows = con.execute(
            "select distinct partner_id from mart_submission_status where area_id = $1 or area_id in"
            " (select area_id from area_rollup where rollup_id = $1)",
            [area],
        ).fetchall()
    finally:
        con.close()
    return {str(partner) for (partner,) in rows}


def _before(settings: Settings, release: ledger.Release, metric: str, area: str) -> list[dict[str, object]]:
    earlier = [
        r for r in ledger.all_releases(settings) if r.quarter == release.quarter and r.revision < release.revision
    ]
    return _figures(earlier[-1], metric, area) if earlier else []
