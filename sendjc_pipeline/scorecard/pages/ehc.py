"""The EHC funnel: from request to plan, and from plan to review, step by step against the statutory limits.

Belongs here: one page of mart_ehc_timeliness and of the flow of the EHC pathway.
"""

from __future__ import annotations

from collections.abc import Iterator

from sendjc_pipeline.scorecard import charts, verdicts, words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.listing import listing
from sendjc_pipeline.scorecard.page import Page, Section
from sendjc_pipeline.scorecard.picture import Picture, draw, nothing

_COLUMNS = {
    "clock_name": "Step", "completed_count": "Finished in the quarter", "within_limit_count": "Within the limit", "within_limit_pct": "Within the limit %",
    "open_count": "Still open", "open_over_limit_count": "Open and over the limit", "due_count": "Fell due", "due_within_limit_pct": "Of those due, in time %",
}  # fmt: skip


def pages(bundle: Bundle) -> Iterator[Page]:
    """The EHC page."""
    lead = [
        verdicts.answer(f, f"{f.title}, {f.area_name}")
        for f in bundle.figures
        if f.metric_id == "ehcp_20w_pct_exc" and f.is_total and f.time_window == "calendar_ytd"
    ]
    rows = bundle.rows("mart_ehc_timeliness", "select * from mart_ehc_timeliness order by area_id, clock_id")
    sections = []
    for area_id, name in bundle.areas.items():
        mine = [row for row in rows if row["area_id"] == area_id]
        if mine:
            sections.append(Section(name, pictures=[_steps(name, mine)]))
    yield Page(
        "ehc.html", "From request to plan to review", lead, sections or [Section("Steps", ["Not in this release."])]
    )


def _steps(name: str, rows: list[Row]) -> Picture:
    table = listing(f"{name}: each statutory step", rows, _COLUMNS)
    drawn = [
        {"label": r["clock_name"], "value": r["within_limit_pct"], "shown": words.value(r["within_limit_pct"], "pct")}
        for r in rows if r["within_limit_pct"] is not None
    ]  # fmt: skip
    if not drawn:
        return nothing(f"{name}: no step has a share to draw; the table says why.", table)
    least = min(drawn, key=lambda row: row["value"])
    return draw(
        charts.bars(drawn, "% within the limit"),
        f"{name}: {len(drawn)} steps; the least often in time is {least['label']} with {least['shown']}.",
        table,
    )
