"""What changed since the release before, from the release's own ledger of changed cells.

Belongs here: the words for a changed cell. The reckoning is release/'s.
"""

from __future__ import annotations

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.page import Section
from sendjc_pipeline.scorecard.picture import Cell, Table

LEDGER = "revision"


def of_metric(bundle: Bundle, metric_id: str) -> Section:
    """What changed in one measure."""
    rows = bundle.rows(LEDGER, f"select * from {LEDGER} where metric_id = ? order by all", [metric_id])
    heading = "What changed since the last release"
    if rows:
        return Section(heading, tables=[_table(bundle, rows, "Changed cells of this measure")])
    return Section(heading, [nothing_changed(bundle)])


def nothing_changed(bundle: Bundle) -> str:
    """Why there is no changed cell to show."""
    if bundle.release_id.endswith(".r1"):
        return "Nothing: this is the first release of the quarter."
    return "Nothing here. " + words.sentence(str(bundle.manifest.get("reason") or "no reason was recorded"))


def table(bundle: Bundle) -> Table | None:
    """Every changed cell of the release; None where none changed."""
    rows = bundle.rows(LEDGER, f"select * from {LEDGER} order by all")
    return _table(bundle, rows, "Every changed cell") if rows else None


def _table(bundle: Bundle, rows: list[Row], caption: str) -> Table:
    columns = ["Area", "Measure", "What", "Before", "Now", "Cause"]
    return Table(
        caption,
        columns,
        [
            [
                Cell(
                    bundle.areas.get(str(r["area_id"]), str(r["area_id"])),
                    note=str(r.get("time_window") or "").replace("_", " "),
                ),
                str(bundle.definitions.get(str(r["metric_id"]), {}).get("metric_name", r["metric_id"])),
                str(r["changed_column"]).replace("_", " "),
                _said(r["old_value"]),
                _said(r["new_value"]),
                str(r["cause"]),
            ]
            for r in rows
        ],
        frozenset({3, 4}),
    )


def _said(value: object) -> str:
    return "none" if value is None else str(value)
