"""A feed's template as files: empty tables and a dictionary, as a workbook or as CSV.

Belongs here: writing, and what makes a sheet pleasant to fill in. Does not belong here: the words (feeds/template), or the terminal. Every
cell goes through `safe_cell`, and every written table is read again by the same reader as a partner's.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.feeds.template import DICTIONARY, TableTemplate, dictionary, labels, tables, why_not_filled
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.submissions.safe_cell import safe_cell

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS = (22, 26, 60, 34, 22, 10, 60, 18, 90)
_LONGEST_CHOICE = 255  # characters that Excel takes in a drop-down list
_CHOICES_TO_ROW = 5_000
_MAX_TEXT = 32_767


def files(feed: Feed, spec: str, as_workbook: bool) -> list[str]:
    """The names of the files that `write` would write, without writing any."""
    if why_not_filled(feed):
        return [f"{feed.name}_dictionary.csv"]
    if as_workbook:
        return [f"{feed.name}.xlsx"]
    return [*(one.file for one in tables(feed, spec)), f"{feed.name}_dictionary.csv"]


def write(feed: Feed, spec: str, folder: Path, as_workbook: bool, replace: bool = False) -> list[Path]:
    """Write the template into `folder`, which is made if need be; returns the paths.

    Raises:
        SendjcError: a file is there already and `replace` is false (then nothing is written), or the folder cannot be written.
    """
    paths = [folder / name for name in files(feed, spec, as_workbook)]
    if not replace and (there := [path.name for path in paths if path.exists()]):
        raise SendjcError(
            f"{folder} already holds {', '.join(there)}; name another folder with --out, or give --force."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if as_workbook and not why_not_filled(feed):
            _write_workbook(feed, spec, paths[0])
        else:
            _write_csv(feed, spec, paths)
    except OSError as error:
        raise SendjcError(f"the template cannot be written to {folder}: {error.strerror or 'no access'}.") from None
    return paths


def _write_csv(feed: Feed, spec: str, paths: Sequence[Path]) -> None:
    delimiter = feed.dialect.delimiter
    for one, path in zip([] if why_not_filled(feed) else tables(feed, spec), paths, strict=False):
        _save(path, [[header for header, _ in one.columns]], delimiter, "utf-8")
    # With a byte-order mark: Excel opens it by a double click and would else spoil every letter that is not English.
    _save(paths[-1], [DICTIONARY, *dictionary(feed, spec)], ",", "utf-8-sig")


def _save(path: Path, rows: Sequence[Sequence[str]], delimiter: str, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([[safe_cell(cell) for cell in row] for row in rows])


def _write_workbook(feed: Feed, spec: str, path: Path) -> None:
    from openpyxl import Workbook  # 0.2 s to import, and needed here only

    book = Workbook()
    del book[book.sheetnames[0]]
    for one in tables(feed, spec):
        _table_sheet(book.create_sheet(one.table.name[:31]), feed, spec, one)
    _dictionary_sheet(book.create_sheet("dictionary"), feed, spec)
    book.save(path)


def _table_sheet(sheet: Worksheet, feed: Feed, spec: str, one: TableTemplate) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    needed = PatternFill("solid", fgColor="FFE699")
    for place, (header, column) in enumerate(one.columns, start=1):
        cell, letter = sheet.cell(1, place, safe_cell(header)), get_column_letter(place)
        cell.font, cell.comment = Font(bold=True), Comment(safe_cell(column.description), "sendjc")
        if column.required:
            cell.fill = needed
        width = sheet.column_dimensions[letter]
        width.width = max(12, len(header) + 3)
        if column.type == "date":
            width.number_format = "yyyy-mm-dd"
        elif column.type not in ("integer", "decimal"):
            width.number_format = "@"  # text, so that a leading nought stays
        if column.code_list and len(choice := ",".join(labels(feed, column.code_list, spec))) <= _LONGEST_CHOICE:
            choices = DataValidation(type="list", formula1=f'"{choice}"', allow_blank=True)
            choices.add(f"{letter}2:{letter}{_CHOICES_TO_ROW}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "A2"


def _dictionary_sheet(sheet: Worksheet, feed: Feed, spec: str) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    rows = [DICTIONARY, *dictionary(feed, spec)]
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place, safe_cell(text)[:_MAX_TEXT])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(DICTIONARY))}{len(rows)}"
