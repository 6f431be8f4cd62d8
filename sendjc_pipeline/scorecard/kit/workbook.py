"""The release as an Excel workbook: figures, months and definitions, each with filters.

Belongs here: which columns. Cells are the report writer's, which never writes a formula and gives the same bytes for the same content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sendjc_pipeline.scorecard.bundle import Bundle, Row
from sendjc_pipeline.submissions.report.xlsx import Cell, Sheet, Strings, letter, write
from sendjc_pipeline.submissions.report.xlsx_parts import Style

FIGURES = (
    "area_name", "metric_name", "time_window", "service", "tier", "value", "unit", "numerator", "denominator", "value_lower", "value_upper",
    "value_status", "suppression", "target_type", "target_value", "target_due_date", "brag", "spc_variation", "spc_assurance", "dq_grade", "dq_reason",
    "england_value", "benchmark_period", "metric_id", "area_code", "quarter",
)  # fmt: skip
MONTHS = (
    "area_name",
    "metric_name",
    "month",
    "service",
    "tier",
    "value",
    "unit",
    "numerator",
    "denominator",
    "value_status",
    "suppression",
    "metric_id",
)
DEFINITIONS = (
    "metric_id",
    "metric_name",
    "unit",
    "polarity",
    "numerator_description",
    "denominator_description",
    "source_feeds",
    "seed_document",
    "quote",
)


def write_workbook(bundle: Bundle, path: Path) -> None:
    """Write the workbook: whole-area figures; breakdowns are in the Parquet files."""
    months = """
        select * from metric_monthly where breakdown_topic = 'Total'
        order by metric_id, service, tier, area_id, month"""
    strings = Strings()
    sheets = [
        _sheet(strings, "Figures", FIGURES, [figure.row for figure in bundle.figures if figure.is_total]),
        _sheet(strings, "Months", MONTHS, bundle.rows("metric_monthly", months)),
        _sheet(strings, "Definitions", DEFINITIONS, list(bundle.definitions.values())),
    ]
    write(path, f"SEND joint figures {bundle.release_id}", sheets, strings)


def _sheet(strings: Strings, name: str, columns: Sequence[str], rows: Sequence[Row]) -> Sheet:
    heading: list[Cell] = [(column, Style.HEADER) for column in columns]
    lines = [strings.row(1, heading)]
    for number, row in enumerate(rows, start=2):
        lines.append(strings.row(number, [(_plain(row.get(column)), Style.PLAIN) for column in columns]))
    widths = [46 if column in ("metric_name", "quote") else max(11, len(column) + 2) for column in columns]
    return Sheet(name, widths, lines, 1, f"A1:{letter(len(columns) - 1)}{len(rows) + 1}")


def _plain(value: object) -> str | int | float | None:
    """Dates as ISO 8601 text: a serial number would need a style of its own, and Excel reads the text as a date."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float) else None
