"""The parts of an XLSX file that a report needs, written so that the same content gives the same bytes.

Belongs here: the file format (ECMA-376 part 1). Does not belong here: any content. Text goes into the table of shared strings, once each;
nothing is ever written as a formula.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from sendjc_pipeline.submissions.report.xlsx_parts import (
    APP,
    HEAD,
    MAIN,
    OFFICE,
    STYLES,
    Style,
    content_types,
    core,
    relations,
)
from sendjc_pipeline.submissions.safe_cell import safe_cell

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# What XML 1.0 cannot hold, and what Excel would read as an escape of its own.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EXCEL_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CELL_LIMIT = 32_767


Cell = tuple[str | int | float | None, Style]


@dataclass
class Sheet:
    """One sheet. `rows` are the XML of its rows, in blocks; `filtered` is a range such as A1:F20."""

    name: str
    widths: Sequence[float]
    rows: Iterable[str]
    frozen_rows: int = 0
    filtered: str = ""


@dataclass
class Strings:
    """The table of shared strings; a text that could be taken for a formula is made harmless before it enters."""

    places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str) -> int:
        """The place of a text."""
        return self.places.setdefault(
            _EXCEL_ESCAPE.sub("_x005F_", safe_cell(_NOT_XML.sub("", text)))[:_CELL_LIMIT], len(self.places)
        )

    def row(self, number: int, cells: Sequence[Cell]) -> str:
        """The XML of one row."""
        parts = (self._cell(f"{letter(place)}{number}", *cell) for place, cell in enumerate(cells))
        return f'<row r="{number}">{"".join(parts)}</row>'

    def _cell(self, where: str, value: str | int | float | None, style: Style) -> str:
        if value is None or value == "":
            return f'<c r="{where}" s="{style:d}"/>' if style else ""
        if isinstance(value, str):
            return f'<c r="{where}" s="{style:d}" t="s"><v>{self.place(value)}</v></c>'
        return f'<c r="{where}" s="{style:d}"><v>{value}</v></c>'

    def blocks(self) -> Iterable[str]:
        """The part's XML."""
        yield f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{len(self.places)}">'
        yield "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.places)
        yield "</sst>"


def letter(place: int) -> str:
    """The letter of a column, counted from 0 (A to Z: no report has more)."""
    return chr(65 + place)


def write(path: Path, title: str, sheets: Sequence[Sheet], strings: Strings) -> None:
    """Write the workbook; the first sheet is the one that opens."""
    with zipfile.ZipFile(path, "w") as archive:
        _add(archive, "[Content_Types].xml", [content_types(len(sheets))])
        _add(
            archive,
            "_rels/.rels",
            [relations({"officeDocument": "xl/workbook.xml", "extended-properties": "docProps/app.xml"}, True)],
        )
        _add(archive, "docProps/app.xml", [APP])
        _add(archive, "docProps/core.xml", [core(title)])
        _add(archive, "xl/workbook.xml", [_workbook(sheets)])
        parts = {f"worksheet{n}": f"worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)}
        _add(
            archive,
            "xl/_rels/workbook.xml.rels",
            [relations(parts | {"styles": "styles.xml", "sharedStrings": "sharedStrings.xml"})],
        )
        _add(archive, "xl/styles.xml", [STYLES])
        for number, sheet in enumerate(sheets, start=1):
            _add(archive, f"xl/worksheets/sheet{number}.xml", _sheet(sheet, is_first=number == 1))
        # Last, because writing the sheets fills it.
        _add(archive, "xl/sharedStrings.xml", strings.blocks())


def _add(archive: zipfile.ZipFile, name: str, blocks: Iterable[str]) -> None:
    entry = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    with archive.open(entry, "w") as part:
        for block in blocks:
            part.write(block.encode())


def _sheet(sheet: Sheet, *, is_first: bool) -> Iterable[str]:
    frozen = sheet.frozen_rows
    pane = (
        f'<pane ySplit="{frozen}" topLeftCell="A{frozen + 1}" activePane="bottomLeft" state="frozen"/>'
        if frozen
        else ""
    )
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(sheet.widths, start=1)
    )
    yield (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        f'<sheetView tabSelected="{int(is_first)}" showGridLines="{int(bool(frozen))}" workbookViewId="0">{pane}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )
    yield from sheet.rows
    yield (
        "</sheetData>"
        + (f'<autoFilter ref="{sheet.filtered}"/>' if sheet.filtered else "")
        + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>"
    )


def _workbook(sheets: Sequence[Sheet]) -> str:
    listed = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" r:id="worksheet{n}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    names = []
    for place, sheet in enumerate(sheets):
        if sheet.filtered:
            area = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", sheet.filtered)
            names.append(
                f"""<definedName name="_xlnm._FilterDatabase" localSheetId="{place}" hidden="1">'{sheet.name}'!{area}</definedName>"""
            )
    for place, sheet in enumerate(sheets):
        if sheet.frozen_rows:
            names.append(
                f"""<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'{sheet.name}'!$1:${sheet.frozen_rows}</definedName>"""
            )
    defined = f"<definedNames>{''.join(names)}</definedNames>" if names else ""
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews><sheets>{listed}</sheets>{defined}</workbook>'
