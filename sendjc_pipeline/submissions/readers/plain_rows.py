"""Rows of a sheet as spreadsheet programs write them: where each cell stands and what it holds, found by numpy without parsing XML.

Belongs here: bytes of whole rows. Does not belong here: what a cell means. A text that stands in the cell as it is to be read is told as text; of
every other cell its XML is told, for the library to read. Whatever is written in an unforeseen way makes the whole block unread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sendjc_pipeline.submissions.readers.plain_tags import (
    CELL,
    CELL_END,
    EMPTY,
    ROW,
    TEXT,
    Tags,
    read_tags,
    word,
    words_at,
)
from sendjc_pipeline.submissions.readers.workbook_marks import (
    DIGITS,
    LETTERS,
    MOST_DIGITS,
    MOST_LETTERS,
    Bytes,
    Places,
    bytes_at,
    numbers_at,
)

_Flags = npt.NDArray[np.bool_]
_PADDING = bytes(32)
_TYPE = b' t="inlineStr">'
_MOST_COLUMNS = 1023
_SPACE, _QUOTE, _UNDERSCORE, _END = b' "_>'


@dataclass(frozen=True)
class Cells:
    """The cells that hold something, in the order of the file: row and column from 1, and the bytes of what they hold.

    A text never begins with a blank or ">", and the XML that follows a cell's reference always does.
    """

    row: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    start: Places
    end: Places


def read_rows(block: bytes) -> Cells | None:
    """The cells of whole rows, from `<row` to `</row>`; None if anything is out of the ordinary."""
    data = np.frombuffer(block + _PADDING, np.uint8)
    if (tags := read_tags(data)) is None:
        return None
    rows = tags.starts[tags.kinds == ROW]
    row, after = numbers_at(data, rows + 8, DIGITS, MOST_DIGITS, 10)
    cells = np.flatnonzero((tags.kinds == CELL) | (tags.kinds == EMPTY))
    column, digits = numbers_at(data, tags.starts[cells] + 6, LETTERS, MOST_LETTERS, 26)
    own_row, rest = numbers_at(data, digits, DIGITS, MOST_DIGITS, 10)
    if not (_are_named(data, rows + 4, rows + 8, after) and _are_named(data, tags.starts[cells] + 2, digits, rest)):
        return None
    # Cells stand in the row that they name, from left to right, and rows one below the other.
    is_in_row = own_row == row[np.cumsum(tags.kinds == ROW)[cells] - 1]
    if not bool(is_in_row.all()) or bool((np.diff(row) <= 0).any()):
        return None
    if bool((column < 1).any()) or bool((column > _MOST_COLUMNS).any()):
        return None
    if bool((np.diff(own_row * (_MOST_COLUMNS + 1) + column) <= 0).any()):
        return None
    rest = rest + 1
    styled = _after_style(data, rest)
    is_empty = tags.kinds[cells] == EMPTY
    # An empty cell may have a style, and some programs leave a blank before its "/>".
    left = tags.ends[cells[is_empty]] - 1 - styled[is_empty]
    if bool(((left != 0) & ((left != 1) | (data[styled[is_empty]] != _SPACE))).any()):
        return None
    is_full = ~is_empty
    if not bool(((data[rest] == _SPACE) | (data[rest] == _END))[is_full].all()):
        return None
    return _contents(data, tags, cells[is_full], own_row[is_full], column[is_full], rest[is_full], styled[is_full])


def _contents(
    data: Bytes,
    tags: Tags,
    cells: Places,
    row: npt.NDArray[np.int64],
    column: npt.NDArray[np.int64],
    rest: Places,
    styled: Places,
) -> Cells:
    """What each cell holds: its text if it is `<is><t>` and needs no mending, else its XML from `rest` on."""
    # A cell's tags are <c>, <is>, <t>, </t>, </is>, </c> or <c>, <v>, </v>, </c>: read_tags saw that no other stand there.
    start, end = tags.ends[cells + 2] + 1, tags.starts[cells + 3]
    is_text = (tags.kinds[cells + 2] == TEXT) & (tags.ends[cells] == styled + len(_TYPE) - 1)
    for offset in (0, 4, 8, len(_TYPE) - 4):
        is_text &= words_at(data, np.minimum(styled + offset, len(data) - 4)) == word(_TYPE[offset : offset + 4])
    # The library trims such a text, and an empty one has no first byte.
    is_text &= (end > start) & (data[start] > _SPACE) & (data[end - 1] > _SPACE)
    escapes = _escapes(data)
    if len(escapes):
        is_text &= np.searchsorted(escapes, start) == np.searchsorted(escapes, end)
    closing = tags.ends[tags.kinds == CELL_END]
    return Cells(row, column, np.where(is_text, start, rest), np.where(is_text, end, closing + 1))


def _escapes(data: Bytes) -> Places:
    """Where something begins that does not stand for itself: an entity, a line end, Excel's _x000D_."""
    marks = np.flatnonzero((data == ord("&")) | (data == ord("\r")) | (data == _UNDERSCORE))
    found: Places = marks[(data[marks] != _UNDERSCORE) | (bytes_at(data, marks + 1) == ord("x"))]
    return found


def _after_style(data: Bytes, places: Places) -> Places:
    """Where the attributes go on, if the style stands first among them."""
    _, ends = numbers_at(data, places + 4, DIGITS, MOST_DIGITS, 10)
    is_styled: _Flags = (words_at(data, places) == word(b' s="')) & (bytes_at(data, ends) == _QUOTE)
    return np.where(is_styled, ends + 1, places)


def _are_named(data: Bytes, starts: Places, digits: Places, ends: Places) -> bool:
    """Whether ` r="` stands at `starts`, and numbers from `digits` to a quote mark at `ends`."""
    return bool(
        (words_at(data, starts) == word(b' r="')).all() and (ends > digits).all() and (data[ends] == _QUOTE).all()
    )
