"""A published table as a table of a page: columns picked and named, hidden cells said as hidden.

Belongs here: the one way in which rows of a mart become cells. Does not belong here: which rows and columns (pages/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sendjc_pipeline.scorecard import words
from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.scorecard.picture import Table

_CODES = frozenset(
    {
        "area_id",
        "feed",
        "partner_id",
        "provider_id",
        "submission_status",
        "breakdown_topic",
        "breakdown",
        "service_line",
        "verdict",
        "setting_type",
        "placed",
        "sen_provision",
        "term_told",
        "value_status",
    }
)
_REASONS = frozenset({"reason", "dq_reason"})
_NUMBERS = ("_count", "_pct", "_weeks", "_points")


def listing(caption: str, rows: Sequence[Row], columns: Mapping[str, str], bundle: Bundle | None = None) -> Table:
    """Rows as a table.

    Args:
        caption: what the table shows, in one line.
        rows: dictionaries by column; a `suppression` other than none or rounded explains each empty number.
        columns: column -> heading. A heading that ends in `%`, `weeks` or `£` gives its column's unit.
        bundle: where columns of codes and reasons are among them, what names them.
    """
    numeric = {i for i, name in enumerate(columns) if _is_numeric(name, rows)}
    cells = [
        [
            _cell(_said(row, name, bundle), name, heading, i in numeric)
            for i, (name, heading) in enumerate(columns.items())
        ]
        for row in rows
    ]
    hidden = [words.HIDDEN] if any(cell == "Hidden" for line in cells for cell in line) else []
    return Table(caption, list(columns.values()), cells, frozenset(numeric), [*hidden, *rounding(rows)])


def _is_numeric(name: str, rows: Sequence[Row]) -> bool:
    """Whether a column holds numbers, also where every one of them is hidden."""
    told = [row[name] for row in rows if row[name] is not None]
    return any(isinstance(value, int | float) for value in told) if told else name.endswith(_NUMBERS)


def rounding(rows: Sequence[Row]) -> list[str]:
    """What a reader is told of counts that are rounded; nothing where none is."""
    return [words.ROUNDED] if any(row.get("suppression") == "rounded" for row in rows) else []


def _said(row: Row, name: str, bundle: Bundle | None) -> Row:
    """The row with what stands in one column in words, where it is a code or holds some."""
    value = row[name]
    if bundle is None or not isinstance(value, str):
        return row
    if name in _CODES:
        return {**row, name: bundle.label(value)}
    return {**row, name: words.sentence(bundle.named(value))} if name in _REASONS else row


def _cell(row: Row, name: str, heading: str, is_number: bool) -> str:
    value: Any = row[name]
    if value is None:
        if is_number and row.get("suppression") in ("primary", "secondary"):
            return "Hidden"
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{words.day(value.date())} {value:%H:%M}"
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, int | float):
        unit = {"%": "pct", "weeks": "weeks", "£": "gbp"}.get(heading.rsplit(" ", 1)[-1])
        whole = isinstance(value, int) or (unit is None and float(value).is_integer())
        return words.value(value, "count" if whole and unit is None else unit or "rate").removesuffix(" weeks")
    return str(value)
