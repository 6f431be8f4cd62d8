"""A sheet that is read without the library has the library's values, whatever its bytes; and what programs write is read so."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineWorkbook
from workbook_samples import MAIN, book

from sendjc_pipeline import feeds
from sendjc_pipeline.submissions.readers import FileRejected, workbook_guard
from sendjc_pipeline.submissions.readers.plain_sheet import read_plain
from sendjc_pipeline.submissions.readers.sheet_cells import Cells, LibraryCells
from sendjc_pipeline.submissions.readers.workbook_guard import _ODD_REF, _REF, Limits, column_number
from sendjc_pipeline.submissions.readers.workbook_marks import read_marks

FEED = feeds.load("sensory_support")
HOME = "xl/worksheets/sheet1.xml"
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" formatCode="dd/mm/yyyy hh:mm"/></numFmts>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="46"/></cellXfs></styleSheet>"""
SHARED = f'<sst xmlns="{MAIN}"><si><t>Ada</t></si><si><t xml:space="preserve"> b </t></si><si><r><t>x</t></r><r><t>y</t></r></si></sst>'
PARTS = {"xl/styles.xml": STYLES, "xl/sharedStrings.xml": SHARED}
INLINE = ' t="inlineStr"><is>{}</is></c>'
TEXTS = [
    "Ada", "O'Neil-Smith", "é", "a&amp;b", "x_x0041_", "x_y", " a ", "a\nb", "a\r\nb", "", "\u00a0", "&lt;c r=", '"', "a > b", "/", "&bad;",
]  # fmt: skip
FORMS = [
    *(INLINE.format(f"<t>{text}</t>") for text in TEXTS),
    INLINE.format('<t xml:space="preserve"> a </t>'), INLINE.format("<r><t>x</t></r>"), INLINE.format("<t>x</t><t>y</t>"),
    ' s="1" t="inlineStr"><is><t>styled</t></is></c>', ' t="inlineStr" s="1"><is><t>turned</t></is></c>', ' s=""  t="inlineStr"><is><t>q</t></is></c>',
    "><v>7</v></c>", ' t="n"><v>12.5</v></c>', ' s="1"><v>45299</v></c>', ' s="2"><v>45299.5</v></c>', ' s="3"><v>1.25</v></c>', ' s="1" t="n"><v>0</v></c>',
    "><v>123456789012345678</v></c>", "><v>1E3</v></c>", "><v> 5</v></c>", "><v></v></c>", "><v>x</v></c>", ' t="b"><v>1</v></c>', ' t="str"><v> s </v></c>',
    ' t="s"><v>0</v></c>', ' t="s"><v>1</v></c>', ' t="s"><v>2</v></c>', ' t="s"><v>99</v></c>', ' t="d"><v>2024-01-08</v></c>', ' t="e"><v>#N/A</v></c>',
    "/>", ' s="1"/>', ' s="1" />', "></c>", ' t="s"/>', ' t="n" />', "><v/></c>", "><!-- x --><v>1</v></c>", "><f>1+1</f><v>2</v></c>", "><x:v>1</x:v></c>",
]  # fmt: skip
PLAIN_FORMS = [
    INLINE.format("<t>Ada</t>"), INLINE.format("<t>é</t>"), INLINE.format("<t>a&amp;b</t>"), INLINE.format('<t xml:space="preserve"> a </t>'),
    "><v>7</v></c>", ' s="1"><v>45299</v></c>', ' t="s"><v>1</v></c>', ' t="b"><v>1</v></c>', ' s="1"/>',
]  # fmt: skip
SPOILT = [
    b"", b"<", b">", b"/", b'"', b" ", b"=", b"\xff", b"<!-- ", b" -->", b"&", b"</c>", b"<v>1</v>", b'<c r="B1">', b"</row>", b'<row r="3">', b"\n",
    b"0", b"A",
]  # fmt: skip
# Texts enough that it is worth while to ask the library for the other cells.
FILLING = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>x</t></is></c></row>' for n in range(99, 300))
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>head</t></is></c></row>'


@st.composite
def _rows(draw: st.DrawFn, forms: list[str]) -> str:
    """The rows of a sheet, with gaps; the first cell holds text, and few forms stand beside each other, for one may decide for all."""
    forms = draw(st.lists(st.sampled_from(forms), min_size=1, max_size=4))
    found, number = [HEAD], 1
    for _ in range(draw(st.integers(1, 5))):
        number += draw(st.sampled_from([1, 1, 1, 2, 5]))
        columns = sorted(draw(st.sets(st.sampled_from("ABCDZ"), max_size=5)))
        cells = [f'<c r="{column}{number}"{draw(st.sampled_from(forms))}' for column in columns]
        found.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(found)


def _worksheet(rows: str) -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><dimension ref="A1:Z9"/><sheetData>{rows}{FILLING}</sheetData></worksheet>'


def _all(cells: Cells) -> dict[str, Any]:
    """All that a reader of tables may ask, from each of the first rows on."""
    asked = range(cells.first_column or 1, 27)
    width = len((cells.top(1) or [[]])[0])
    there = [place for place in asked if place < (cells.first_column or 1) + width]
    found: dict[str, Any] = {"first": cells.first_column, "merged": cells.merged, "top": cells.top(10)}
    for below in (0, 1, 3):
        slabs = list(cells.slabs(below, there, FEED.dialect))
        found[f"below {below}"] = [(n, {place: s.to_list() for place, s in columns.items()}) for n, columns in slabs]
    return found


def _both(path: Path) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """What is read without the library, and with it: None where it is not, or cannot be."""
    try:
        part = workbook_guard.inspect(path, FEED, Limits())[HOME]
    except FileRejected:
        assume(False)
    plain = read_plain(path, "sensory_support", HOME, part)
    try:
        library = _all(LibraryCells(CalamineWorkbook.from_path(path).get_sheet_by_name("sensory_support")))
    except CalamineError:
        library = None
    return plain and _all(plain), library


ALIKE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ALIKE
@given(rows=_rows(FORMS))
def test_what_is_read_without_the_library_has_its_values(tmp_path: Path, rows: str) -> None:
    plain, library = _both(book(tmp_path / "a.xlsx", _worksheet(rows), PARTS))
    assert plain is None or plain == library


@ALIKE
@given(rows=_rows(PLAIN_FORMS))
def test_plain_forms_are_read_without_the_library(tmp_path: Path, rows: str) -> None:
    plain, library = _both(book(tmp_path / "a.xlsx", _worksheet(rows), PARTS))
    assert plain == library
    assert plain is not None


@ALIKE
@given(rows=_rows(PLAIN_FORMS), data=st.data())
def test_spoilt_bytes_are_never_read_otherwise(tmp_path: Path, rows: str, data: st.DataObject) -> None:
    sheet = _worksheet(rows).encode()
    last = sheet.index(b'<row r="99"') - 40  # stays within the sheet when three places are cut
    for _ in range(data.draw(st.integers(1, 3))):
        at, length = data.draw(st.integers(0, last)), data.draw(st.integers(0, 12))
        other = data.draw(st.sampled_from(SPOILT))
        sheet = sheet[:at] + other + sheet[at + length :]
    path = book(tmp_path / "a.xlsx", "", {**PARTS, HOME: sheet})
    plain, library = _both(path)
    assert plain is None or plain == library


@pytest.mark.parametrize("text", ["A7", "zz10", "A", "AAAAA1", "A1234567890", "A1:B2", "7", "A1B"])
@pytest.mark.parametrize("before", [" r=", "\nr=", " r =", " dr=", "xr="])
def test_places_are_those_that_patterns_find(before: str, text: str) -> None:
    block = f'<c{before}"{text}" t="e"/><d r="B3"/>'.encode()
    marks = read_marks(block)
    if marks is None or b"\n" in block:
        return
    refs = _REF.findall(block)
    assert set(refs) <= set(_ODD_REF.findall(block))
    assert marks.cells == len(refs)
    assert marks.row == max(int(bytes(filter(lambda b: chr(b).isdigit(), ref)) or 0) for ref in refs)
    assert marks.column == max(column_number(bytes(filter(lambda b: chr(b).isalpha(), ref))) for ref in refs)
    assert (marks.begins("c"), marks.begins("d"), marks.may_hold_error) == (1, 1, True)


def test_what_openpyxl_writes_is_read_without_the_library(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "sensory_support"
    for n in range(300):
        made.active.append([f"K{n}", f" {n % 3} & co", n % 7, date(2024, 1, 1 + n % 28), datetime(2024, 1, 8, 9, 30), None, True, "é" * 20])  # noqa: DTZ001  # fmt: skip
    made.save(tmp_path / "a.xlsx")
    plain, library = _both(tmp_path / "a.xlsx")
    assert plain == library
