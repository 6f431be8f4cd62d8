"""Workbooks made by hand, part by part, so that a test can say exactly what stands in them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from sendjc_pipeline.synthetic import xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = ("caseload_id", "local_id", "surname", "forename", "date_of_birth", "need", "referral_date")
ROW = ("K1", "C1", "Okafor", "Ada", "2015-05-04", "HI", "2024-01-08")


def text_cell(place: str, text: str) -> str:
    """A cell with text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, texts: Sequence[str], more: str = "", attributes: str = "") -> str:
    """A row of text cells from column A on; `more` is XML after them."""
    cells = "".join(text_cell(f"{xlsx.column_letter(n)}{number}", text) for n, text in enumerate(texts) if text)
    return f'<row r="{number}"{attributes}>{cells}{more}</row>'


def sheet(*rows: str, after: str = "") -> str:
    """A worksheet part."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def book(
    path: Path, worksheet: str, more: Mapping[str, bytes | str] | None = None, name: str = "sensory_support"
) -> Path:
    """A workbook with one sheet; `more` are further parts, or parts to replace."""
    xlsx.write({name: [["x"]]}, path)
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, bytes | str] = {item: archive.read(item) for item in archive.namelist()}
    parts |= {"xl/worksheets/sheet1.xml": worksheet, **(more or {})}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, content in parts.items():
            archive.writestr(item, content)
    return path


def understate(path: Path, part: str, size: int) -> Path:
    """Make the archive claim that a part is smaller than it is."""
    with zipfile.ZipFile(path) as archive:
        true = struct.pack("<I", archive.getinfo(part).file_size)
    path.write_bytes(path.read_bytes().replace(true, struct.pack("<I", size)))
    return path
