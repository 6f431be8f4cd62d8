"""The tags of a sheet's rows as spreadsheet programs write them, and which of them may follow which.

Belongs here: tags in bytes, by numpy. Does not belong here: the attributes of a tag, or what stands between two (`plain_rows`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sendjc_pipeline.submissions.readers.workbook_marks import Bytes, Places

# The kinds of tags. EMPTY is a cell without content, SPACED a text whose blanks are kept; a tag that is none of them is of kind 0.
_NONE, ROW, ROW_END, CELL, CELL_END, EMPTY, INLINE, INLINE_END, TEXT, SPACED, TEXT_END, VALUE, VALUE_END = range(13)
_BEGINNINGS = {
    ROW: b"<row", ROW_END: b"</ro", CELL: b"<c r", CELL_END: b"</c>", INLINE: b"<is>", INLINE_END: b"</is", TEXT: b"<t>", SPACED: b"<t x",
    TEXT_END: b"</t>", VALUE: b"<v>", VALUE_END: b"</v>",
}  # fmt: skip
_LENGTHS = {ROW_END: 6, CELL_END: 4, INLINE: 4, INLINE_END: 5, TEXT: 3, TEXT_END: 4, VALUE: 3, VALUE_END: 4}
_AFTER_CELL = (ROW_END, CELL, EMPTY)
_FOLLOW = {
    ROW: _AFTER_CELL, ROW_END: (ROW,), CELL: (INLINE, VALUE), CELL_END: _AFTER_CELL, EMPTY: _AFTER_CELL, INLINE: (TEXT, SPACED),
    INLINE_END: (CELL_END,), TEXT: (TEXT_END,), SPACED: (TEXT_END,), TEXT_END: (INLINE_END,), VALUE: (VALUE_END,), VALUE_END: (CELL_END,),
}  # fmt: skip

# The same as arrays, by kind; _BY_LETTERS by a tag's second and third byte, which no two kinds share.
_WORDS, _MASKS = np.zeros((2, 13), np.uint32)
_SIZES = np.zeros(13, np.intp)
_MAY_FOLLOW = np.zeros((13, 13), np.bool_)
_BY_LETTERS = np.zeros(1 << 16, np.uint8)
for _kind, _text in _BEGINNINGS.items():
    _WORDS[_kind] = int.from_bytes(_text, "little")
    _MASKS[_kind] = (1 << 8 * len(_text)) - 1
    _BY_LETTERS[int.from_bytes(_text[1:3], "little")] = _kind
for _kind, _size in _LENGTHS.items():
    _SIZES[_kind] = _size
for _kind, _others in _FOLLOW.items():
    _MAY_FOLLOW[_kind, list(_others)] = True
_HOLDS_TEXT = np.isin(np.arange(13), (TEXT, SPACED, VALUE))


@dataclass(frozen=True)
class Tags:
    """The tags in their order: their kinds, and the places of their first and last bytes."""

    kinds: npt.NDArray[np.uint8]
    starts: Places
    ends: Places


def read_tags(data: Bytes) -> Tags | None:
    """The tags of whole rows; None if one is of no kind, follows one that it may not, or has text before it that it may not.

    `data` goes on for three bytes or more after the last tag.
    """
    starts, ends = np.flatnonzero(data == ord("<")), np.flatnonzero(data == ord(">"))
    if len(starts) != len(ends) or bool((ends < starts).any()) or bool((starts[1:] < ends[:-1]).any()):
        return None
    words = words_at(data, starts)
    kinds = _BY_LETTERS[(words >> 8) & 0xFFFF]
    if bool(((words & _MASKS[kinds]) != _WORDS[kinds]).any()) or not bool(kinds.all()):
        return None
    sizes = _SIZES[kinds]
    if bool(((sizes != 0) & (ends - starts + 1 != sizes)).any()):
        return None
    kinds[(kinds == CELL) & (data[ends - 1] == ord("/"))] = EMPTY
    if not len(kinds) or kinds[0] != ROW or kinds[-1] != ROW_END or not bool(_MAY_FOLLOW[kinds[:-1], kinds[1:]].all()):
        return None
    if not bool(((ends[:-1] + 1 == starts[1:]) | _HOLDS_TEXT[kinds[:-1]]).all()):
        return None
    return Tags(kinds, starts, ends)


def words_at(data: Bytes, places: Places) -> npt.NDArray[np.uint32]:
    """The four bytes at each place as one number, the first byte lowest."""
    overlapping: npt.NDArray[np.uint32] = np.ndarray(len(data) - 3, "<u4", data.data, strides=(1,))
    return overlapping[places]


def word(text: bytes) -> int:
    """Four bytes as such a number."""
    return int.from_bytes(text, "little")
