"""The national waiting-list workbook, with faults in its cells where they are asked for.

Every sheet has the same organisation in the same row, and the intake tells of rows by their number. So the frame here has one row per
row number: one cell of that row, of one sheet by turns, and a fault in it befalls that row in that sheet. What the workbook holds is
writers_sitrep's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sendjc_pipeline.synthetic import writers_sitrep
from sendjc_pipeline.synthetic.scene import Scene
from sendjc_pipeline.synthetic.xlsx import Cell

FEED = "chs_sitrep"
HEAD = 4  # index of the header in a sheet: below the title and three notes
FIRST_ROW = HEAD + 2
_BANDS = {
    "4": "total",
    "4a": "0-7",
    "4b": "8-14",
    "4c": "15-28",
    "4d": "29-84",
    "4e": "85-126",
    "4f": "127-364",
    "4g": "365+",
}
_LABELS = {"org_type": 0, "org_code": 1, "org_name": 2}
Sheets = dict[str, list[list[Cell]]]


def partners(areas: Sequence[str]) -> list[str]:  # noqa: ARG001  the signature of every partner module
    """NHS England."""
    return ["nhs_england"]


def extract(scene: Scene, partner: str) -> dict[str, pl.DataFrame]:  # noqa: ARG001
    """Table `waiting`: one cell of every organisation's row."""
    sheets = writers_sitrep.workbook(scene.world, list(scene.areas), scene.quarter)
    cells = [_cell(sheets, place) for place in range(len(sheets["Table 4"]) - HEAD - 1)]
    month = scene.quarter.end.replace(day=1)
    rows = [
        {**_labels(sheets[f"Table {table}"][place + HEAD + 1]), **_column(sheets, column), "band": _BANDS[table],
         "value_text": _text(sheets[f"Table {table}"][place + HEAD + 1][column])}
        for place, (table, column) in enumerate(cells)
    ]  # fmt: skip
    names = ("org_type", "org_code", "org_name", "age_group", "service", "band", "value_text")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    return {
        "waiting": frame.with_columns(data_month=pl.lit(f"{month:%Y-%m}"), data_month_start=pl.lit(month.isoformat()))
    }


def _cell(sheets: Sheets, place: int) -> tuple[str, int]:
    """The table and column of a row's cell: of every other row the total, where there are figures by time waited."""
    rows = {table: sheets[f"Table {table}"][place + HEAD + 1] for table in _BANDS}
    filled = [column for column, cell in enumerate(rows["4"]) if isinstance(cell, int)]
    column = filled[place % len(filled)] if filled else len(_LABELS)
    banded = any(isinstance(rows[table][column], int) and rows[table][column] for table in rows if table != "4")
    tables = list(_BANDS)
    return (
        "4" if banded and rows["4"][column] and place % 2 == 0 else tables[1 + place // 2 % (len(tables) - 1)]
    ), column


def _labels(row: list[Cell]) -> dict[str, str | None]:
    return {name: _text(row[column]) for name, column in _LABELS.items()}


def _column(sheets: Sheets, column: int) -> dict[str, str]:
    group, _, service = str(sheets["Table 4"][HEAD][column]).removeprefix("(").partition(") ")
    return {"age_group": group, "service": service}


def _text(cell: Cell) -> str | None:
    return None if cell is None or cell == "" else str(cell)


def file_of(scene: Scene, partner: str, table: str) -> str:  # noqa: ARG001
    """The workbook's name."""
    return writers_sitrep.file_name(scene.quarter)


def write(scene: Scene, partner: str, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """The workbook, with the spoilt rows' cells in it, and a copied row below the others in its sheet."""
    sheets = writers_sitrep.workbook(scene.world, list(scene.areas), scene.quarter)
    before = extract(scene, partner)["waiting"].rows(named=True)
    cells = [_cell(sheets, place) for place in range(len(before))]
    for place, row in enumerate(tables["waiting"].rows(named=True)):
        copied = place >= len(before)
        own = before.index(row) if copied else place
        table, column = cells[own]
        sheet = sheets[f"Table {table}"]
        if copied:
            sheet.append(list(sheet[own + HEAD + 1]))
            continue
        for name, where in (*_LABELS.items(), ("value_text", column)):
            if row[name] != before[own][name]:
                sheet[own + HEAD + 1][where] = row[name]
    return writers_sitrep.save(sheets, scene.quarter, folder)
