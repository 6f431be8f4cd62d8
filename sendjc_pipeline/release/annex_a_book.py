"""The Annex A workbook: sheets List_1 and List_2 as inspectors ask for them, and notes on what is missing.

Belongs here: sheets and cells. Does not belong here: the lists (`annex_a`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sendjc_pipeline.release.annex_a import AnnexList
from sendjc_pipeline.sealing import sealed
from sendjc_pipeline.submissions.report.xlsx import Cell, Sheet, Strings, letter, write
from sendjc_pipeline.submissions.report.xlsx_parts import Style

_NOTES = (
    "Made from the accepted rows that the council sent; the children are those of the quarter's warehouse.",
    "Suspensions, exclusions and absence are those of the term that the newest school census tells of, not of the last six months.",
    "The school census has no URN: list 2 has it only where a plan once named the school. Social care is blank where no census of children in need was sent.",
    "Holds personal data of children: for the council that sent it, under the inspection's own terms.",
)


@sealed("Writing the lists of an inspection", "Free space or choose another folder, and write them again.")
def write_book(lists: Sequence[AnnexList], title: str, folder: Path, name: str) -> Path:
    """Write FOLDER/<name>.xlsx, readable by its owner alone, whole or not at all; returns its path."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    strings = Strings()
    sheets = [_sheet(strings, found) for found in lists]
    sheets.append(Sheet("Notes", (14, 100, 12), _notes(strings, lists)))
    stage, path = folder / f".{name}-{os.getpid()}.xlsx", folder / f"{name}.xlsx"
    os.close(os.open(stage, os.O_CREAT | os.O_WRONLY, 0o600))
    write(stage, title, sheets, strings)
    os.replace(stage, path)
    return path


def _sheet(strings: Strings, found: AnnexList) -> Sheet:
    header: list[Cell] = [(heading, Style.HEADER) for heading in found.rows.columns]
    lines = [strings.row(1, header)]
    for number, row in enumerate(found.rows.iter_rows(), start=2):
        lines.append(strings.row(number, [(value, Style.PLAIN) for value in row]))
    width = letter(len(header) - 1)
    return Sheet(f"List_{found.number}", [18] * len(header), lines, 1, f"A1:{width}{found.rows.height + 1}")


def _notes(strings: Strings, lists: Sequence[AnnexList]) -> list[str]:
    rows: list[list[Cell]] = [[("Notes", Style.TITLE)]]
    for note in _NOTES:
        rows.append([("", Style.PLAIN), (note, Style.WRAPPED)])
    rows.append([("Rule", Style.HEADER), ("What it finds", Style.HEADER), ("Rows", Style.HEADER)])
    for found in lists:
        for rule, words, count in found.faults:
            rows.append([(rule, Style.PLAIN), (f"List {found.number}: {words}", Style.WRAPPED), (count, Style.NUMBER)])
    return [strings.row(number, row) for number, row in enumerate(rows, start=1)]
