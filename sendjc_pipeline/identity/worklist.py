"""The worklist of a reviewer: a workbook and the same as CSV.

Belongs here: the shape of the file and where it lies. Does not belong here: which pairs are on it (verdicts.py), or reading one that was
filled in (filled.py). It holds particulars of children, so it is in the restricted zone and its owner's alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from sendjc_pipeline.identity import vault
from sendjc_pipeline.identity.decisions import VERDICTS
from sendjc_pipeline.identity.verdicts import SHOWN
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError, Settings
from sendjc_pipeline.submissions.safe_cell import safe_cells

HEADERS = ("pair", "verdict", "probability", "reason", *(f"{name}_{end}" for name in SHOWN for end in "ab"), "reviewer")


def folder(settings: Settings, reviewer: str) -> Path:
    """Where a reviewer's worklists lie."""
    return settings.restricted / "identity" / "review" / "worklist" / reviewer


def places(
    settings: Settings, quarter: Quarter, reviewer: str, *, replace: bool, conflicts: bool = False
) -> list[Path]:
    """Where a reviewer's worklist of a quarter goes: worklist_<quarter>.xlsx and .csv; that of conflicts worklist_<quarter>_conflicts.

    Raises:
        SendjcError: one is there already and `replace` is false, for verdicts may stand in it.
    """
    home = folder(settings, reviewer)
    name = f"worklist_{quarter}{'_conflicts' if conflicts else ''}"
    paths = [home / f"{name}.{ending}" for ending in ("xlsx", "csv")]
    if not replace and any(path.exists() for path in paths):
        raise SendjcError(
            f"{home} already holds {name}: import it first, then give --force; what was not imported is lost."
        )
    return paths


def write(paths: Sequence[Path], pairs: pl.DataFrame, reviewer: str) -> None:
    """Write a worklist to `places`, mode 0600, in place of what is there; `pairs` as verdicts.waiting gives them."""
    listed = pairs.with_columns(
        verdict=pl.lit(""), reviewer=pl.lit(reviewer), probability=pl.col("probability").round(4)
    )
    cells = listed.select(safe_cells(pl.col(name).cast(pl.String).fill_null("")) for name in HEADERS)
    for path, content in zip(paths, (_workbook(cells.rows()), _csv(cells)), strict=True):
        vault.replace_file(path, partial(Path.write_bytes, data=content))


def _csv(cells: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    # The mark: Excel opens it by a double click.
    cells.write_csv(made, include_bom=True, line_terminator="\r\n", quote_style="always")
    return made.getvalue()


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """All text; verdicts from a drop-down list; what differs between two filled fields is shaded. Cell by cell, for openpyxl has no other way."""
    from openpyxl import Workbook  # 0.2 s to import, and needed here only
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book[book.sheetnames[0]]
    sheet.title = "worklist"
    differs, first = PatternFill("solid", fgColor="FFF2CC"), HEADERS.index(f"{SHOWN[0]}_a")
    for number, row in enumerate([HEADERS, *rows], start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            cell.data_type, cell.number_format = "s", "@"
            if number == 1:
                cell.font = Font(bold=True)
        for place in range(first, len(HEADERS) - 1, 2):
            if number > 1 and row[place] and row[place + 1] and row[place] != row[place + 1]:
                sheet.cell(number, place + 1).fill = sheet.cell(number, place + 2).fill = differs
    for place, header in enumerate(HEADERS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(12, len(header) + 2)
    choices = DataValidation(type="list", formula1=f'"{",".join(VERDICTS)}"', allow_blank=True)
    choices.add(f"B2:B{len(rows) + 1}")
    sheet.add_data_validation(choices)
    sheet.freeze_panes = "C2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
