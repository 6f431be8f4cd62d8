"""What changed since the release before, from the release's own ledger of changed cells.

Belongs here: the words for a changed cell. The reckoning is release/'s.
"""

from __future__ import annotations

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.figure import WINDOWS
from sendjc_pipeline.scorecard.page import Section
from sendjc_pipeline.scorecard.picture import Cell, Table

HEADING = "What changed since the last release"
# The value tells the change; what follows from it (counts, bounds, verdicts) would say it again on every line.
_OF_FIGURES = """
    select * from revision
    where table_name = 'metric_quarterly' and breakdown_topic = 'Total' and column_name in ('value', 'value_status', 'suppression', '*')
        and metric_id = coalesce(?, metric_id)
        -- Hidden for one reason or for another, it is hidden.
        and not (column_name = 'suppression' and old_suppression in ('primary', 'secondary') and new_suppression in ('primary', 'secondary'))
    -- A value that is hidden now, or no longer, says so itself.
    qualify column_name <> 'suppression' or count(*) over (partition by metric_id, time_window, service, tier, area_id) = 1
    order by metric_id, time_window, service, tier, area_id, column_name"""


def of_metric(bundle: Bundle, metric_id: str) -> Section:
    """What changed in one measure."""
    rows = bundle.rows("revision", _OF_FIGURES, [metric_id])
    if rows:
        return Section(HEADING, tables=[_table(bundle, rows, "Changed figures of this measure")])
    return Section(HEADING, [nothing_changed(bundle)])


def nothing_changed(bundle: Bundle) -> str:
    """Why there is no changed cell to show."""
    if not bundle.manifest.get("previous_release_id") and bundle.release_id.endswith(".r1"):
        return "Nothing: this is the first release of the quarter."
    return "No figure about a whole area changed. " + words.sentence(
        str(bundle.manifest.get("reason") or "no reason was recorded")
    )


def files(bundle: Bundle) -> list[str]:
    """The files behind the changes, a sentence for each kind of news."""
    news: dict[str, list[str]] = {}
    for moved in bundle.manifest.get("moved_submissions") or []:
        news.setdefault(str(moved["cause"]), []).append(
            f"{bundle.label(moved['feed'])} from {bundle.label(moved['partner'])}"
        )
    return [
        f"{words.sentence(words.CHANGES.get(cause, cause)).rstrip('.')}: {'; '.join(sent)}."
        for cause, sent in news.items()
    ]


def in_brief(bundle: Bundle) -> list[str]:
    """Whose headline figures changed, and how many."""
    areas: dict[str, set[tuple[str, ...]]] = {}
    for row in bundle.rows("revision", _OF_FIGURES, [None]):
        figure = tuple(str(row[name]) for name in ("metric_id", "time_window", "service", "tier"))
        areas.setdefault(bundle.label(str(row["area_id"])), set()).add(figure)
    said = "; ".join(f"{area} {len(figures):,}" for area, figures in sorted(areas.items()))
    return [f"Changed figures about whole areas: {said}."] if said else []


def everything(bundle: Bundle) -> list[Section]:
    """Every changed figure about whole areas, and how many cells changed in the other tables."""
    rows = bundle.rows("revision", _OF_FIGURES, [None])
    counted = bundle.rows(
        "revision", "select table_name, cause, count(*) as cells from revision group by all order by all"
    )
    others = [[str(r["table_name"]), _why(str(r["cause"])), words.value(r["cells"], "count")] for r in counted]
    found = (
        [Section("Changed figures", tables=[_table(bundle, rows, "Changed figures about whole areas")])] if rows else []
    )
    if others:
        table = Table(
            "Changed cells by table and cause",
            ["Table", "What could have changed them", "Cells"],
            others,
            frozenset({2}),
        )
        found.append(Section("Changed cells in all tables", tables=[table]))
    return found or [Section("Changed figures", [nothing_changed(bundle)])]


def _table(bundle: Bundle, rows: list[Row], caption: str) -> Table:
    columns = ["Area", "Measure", "What", "Before", "Now", "What could have changed it"]
    return Table(caption, columns, [_line(bundle, row) for row in rows], frozenset({3, 4}))


def _line(bundle: Bundle, row: Row) -> list[str | Cell]:
    definition = bundle.definitions.get(str(row["metric_id"]), {})
    unit = str(definition.get("unit", ""))
    area = Cell(
        bundle.areas.get(str(row["area_id"]), str(row["area_id"])), note=WINDOWS.get(str(row["time_window"]), "")
    )
    what = {"*": "the whole row", "value": "Value"}.get(str(row["column_name"]), words.spaced(str(row["column_name"])))
    sides = (_said(row, side, unit) for side in ("old", "new"))
    return [area, str(definition.get("metric_name", row["metric_id"])), what, *sides, _why(str(row["cause"]))]


def _why(cause: str) -> str:
    """The causes of a cell in words, each of which could have changed it."""
    return words.sentence("; ".join(words.CHANGES.get(part, part) for part in cause.split("; ")))


def _said(row: Row, side: str, unit: str) -> str:
    text = row[f"{side}_value"]
    if text is None:
        hidden = row[f"{side}_suppression"] in ("primary", "secondary")
        if hidden:
            return "Hidden"
        # Beside a hidden number the ledger tells none, or the two would give it away.
        other = row["new_suppression" if side == "old" else "old_suppression"]
        return "Shown" if other in ("primary", "secondary") else "none"
    return words.value(float(text), unit) if row["column_name"] == "value" else words.spaced(str(text))
