"""Workbooks and archives: bombs, far cells, wrong sheets, merged cells, formulas, truncation."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from cases import Case, Read, Refused, one

from sendjc_pipeline.feeds.examples import examples

FEED = "sensory_support"
FILE = "sensory_support.xlsx"
MIB = 1024 * 1024


def _rows() -> tuple[list[str], list[str]]:
    """The header and a sound row of the feed's one table, from its example."""
    tables = examples(FEED)[0].tables
    row = next(iter(tables.values()))[0]
    return list(row), [value or "" for value in row.values()]


def book(change: Callable[[openpyxl.Workbook], None] | None = None, sheet: str = FEED) -> bytes:
    """A workbook with one sound row on one sheet, changed by a function."""
    header, row = _rows()
    found = openpyxl.Workbook()
    found.active.title = sheet
    found.active.append(header)
    found.active.append(row)
    if change:
        change(found)
    stream = io.BytesIO()
    found.save(stream)
    return stream.getvalue()


def case(
    name: str, change: Callable[[openpyxl.Workbook], None] | None, expect: Refused | Read, sheet: str = FEED
) -> Case:
    """A workbook of the feed, changed."""
    return Case(name, FEED, lambda folder: one(FILE, book(change, sheet))(folder), expect)


def broken(name: str, spoil: Callable[[bytes], bytes], expect: Refused | Read) -> Case:
    """The bytes of a sound workbook, spoilt."""
    return Case(name, FEED, lambda folder: one(FILE, spoil(book()))(folder), expect)


def _with(name: str, content: bytes, *, data: bytes | None = None) -> bytes:
    """The workbook with one entry replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(data or book()))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            if info.filename != name:
                target.writestr(info.filename, source.read(info))
        target.writestr(name, content)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _sheet(rows: str, head: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{_NS}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def _bomb(folder: Path) -> Sequence[Path]:
    path = folder / FILE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in zipfile.ZipFile(io.BytesIO(book())).namelist():
            if name != SHEET:
                archive.writestr(name, zipfile.ZipFile(io.BytesIO(book())).read(name))
        with archive.open(SHEET, "w") as entry:
            for _ in range(700):
                entry.write(b" " * MIB)
    return [path]


def _zip(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def bundle(name: str, expect: Refused | Read, entries: Callable[[], dict[str, bytes]]) -> Case:
    """A zip sent as a CSDS bundle."""

    def build(folder: Path) -> Sequence[Path]:
        return one("bundle.zip", _zip(**entries()))(folder)

    return Case(name, "csds", build, expect)


def _many(folder: Path) -> Sequence[Path]:
    return one("bundle.zip", _zip(**{f"f{n}.csv": b"x" for n in range(5000)}))(folder)


def _release_bomb(folder: Path) -> Sequence[Path]:
    path = folder / "release.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("timeliness_20_week.csv", "w") as entry,
    ):
        for _ in range(700):
            entry.write(b"0" * MIB)
    return [path]


def _append(*values: object) -> Callable[[openpyxl.Workbook], None]:
    return lambda found: found.active.append(list(values))


def _merge(found: openpyxl.Workbook) -> None:
    found.active.append(_rows()[1])
    found.active.merge_cells("A2:A3")


def _header_merged(found: openpyxl.Workbook) -> None:
    found.active.merge_cells("A1:B1")


def _title_above(found: openpyxl.Workbook) -> None:
    found.active.insert_rows(1, 2)
    found.active["A1"] = "Return of the quarter"


def _formula(found: openpyxl.Workbook) -> None:
    found.active["A2"] = "=1+1"


def _error(found: openpyxl.Workbook) -> None:
    found.active["A2"] = "#REF!"


def _twice(found: openpyxl.Workbook) -> None:
    width = found.active.max_column
    found.active.cell(1, width + 1, found.active.cell(1, 1).value)


def _long_header(found: openpyxl.Workbook) -> None:
    found.active.cell(1, found.active.max_column + 1, "x" * 255)


def _more_sheets(found: openpyxl.Workbook) -> None:
    found.create_sheet("Notes").append(["anything"])


def _no_sheet_of_that_name(found: openpyxl.Workbook) -> None:
    found.active.title = "Sheet1"
    found.create_sheet("Sheet2").append(["anything"])


def _far(found: openpyxl.Workbook) -> None:
    found.active["XFD1048576"] = 1


def _blank_rows(found: openpyxl.Workbook) -> None:
    found.active.cell(5000, 1, None)
    found.active.cell(40, 1).number_format = "0"


def _hidden(found: openpyxl.Workbook) -> None:
    found.active.row_dimensions[2].hidden = True


def _flipped(data: bytes) -> bytes:
    """One byte of the packed sheet turned over: its checksum no longer holds."""
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo(SHEET)
    place = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :]


ROW = Read(1, table=FEED)
CASES: list[Case] = [
    case("a sound workbook", None, ROW),
    case("the only sheet under another name", None, ROW, sheet="Sheet1"),
    case("more sheets beside it", _more_sheets, Read(1, table=FEED)),
    case("no sheet of that name among several", _no_sheet_of_that_name, Read(1, table=FEED, warnings=("not_read",))),
    case("an empty sheet", lambda found: found.active.delete_rows(1, 2), Refused("empty|missing_column|missing_table")),
    case("a header alone on the sheet", lambda found: found.active.delete_rows(2), Read(0, table=FEED, warnings=("no_rows",))),
    case("a title above the header of a sheet", _title_above, Read(1, table=FEED)),
    case("merged data cells", _merge, Read(2, 2, table=FEED)),
    case("a merged header", _header_merged, Refused("missing_column")),
    case("a formula with no value", _formula, Read(1, 1, table=FEED)),
    case("an error value", _error, Read(1, 1, table=FEED)),
    case("a column twice on a sheet", _twice, Refused("duplicate_column")),
    case("a header of 255 characters on a sheet", _long_header, Read(1, table=FEED, warnings=("unknown_column",))),
    case("a cell at the far corner", _far, Refused("unreadable|unsafe_archive")),
    case("formatted blank rows below", _blank_rows, Read(1, table=FEED)),
    case("a hidden row", _hidden, Read(1, table=FEED)),
    broken("a workbook cut short", lambda data: data[: len(data) // 2], Refused("unreadable")),
    broken("a workbook without its end", lambda data: data[:-30], Refused("unreadable")),
    broken("a workbook with a flipped byte", _flipped, Refused("unreadable")),
    broken("an empty workbook file", lambda _: b"", Refused("empty")),
    broken("text named xlsx", lambda _: b"local_id,upn\n1,2\n", Refused("unreadable|wrong_feed|unknown_file")),
    broken("an old workbook named xlsx", lambda _: b"\xd0\xcf\x11\xe0" + b"\x00" * 2000, Refused("unreadable")),
    broken("a zip that is no workbook", lambda _: _zip(**{"a.txt": b"x"}), Refused("unreadable")),
    broken("a sheet that is not xml", lambda data: _with(SHEET, b"not xml", data=data), Refused("unreadable|missing_column|missing_table|empty")),
    broken("a sheet with an entity", lambda data: _with(SHEET, _sheet("&x;", '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), data=data),
           Refused("unreadable|missing_column|missing_table|empty|unsafe_archive")),
    broken("a sheet with a billion laughs", lambda data: _with(SHEET, _sheet(
        "&l9;", '<!DOCTYPE w [<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"), data=data),
           Refused("unreadable|missing_column|missing_table|empty|unsafe_archive")),
    Case("a workbook bomb", FEED, _bomb, Refused("unsafe_archive")),
    Case("a bundle of five thousand files", "csds", _many, Refused("unsafe_archive")),
    Case("a release bomb", "dfe_ehc_plans", _release_bomb, Refused("unsafe_archive")),
    bundle("a bundle with nothing in it", Refused("empty"), dict),
    bundle("a bundle in a bundle", Refused("unsafe_archive"), lambda: {"a.zip": _zip(**{"b.csv": b"x"})}),
    bundle("a bundle that climbs", Refused("unsafe_archive"), lambda: {"../../CYP001MPI.csv": b"x"}),
    bundle("a bundle from the root", Refused("unsafe_archive"), lambda: {"/etc/CYP001MPI.csv": b"x"}),
    bundle("a bundle with one name twice", Refused("unsafe_archive|repeated_file"), lambda: {"a/CYP001MPI.csv": b"x", "b/CYP001MPI.csv": b"y"}),
    bundle("a bundle without its tables", Refused("missing_table|unknown_file"), lambda: {"readme.csv": b"hello"}),
]  # fmt: skip
