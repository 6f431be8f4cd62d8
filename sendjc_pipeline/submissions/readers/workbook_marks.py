"""Where tags begin and attributes stand in the bytes of a workbook's part, found by numpy at 600 MB/s.

Belongs here: places in bytes. Does not belong here: what they may say (workbook_guard). Where an attribute is written as no spreadsheet program
writes it, nothing is told, and patterns must settle it at a tenth of the speed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]
Alphabet = npt.NDArray[np.bool_]

# So many bytes at a time that the places found in them stay in the processor's cache, and are few in a part made of nothing else.
_WINDOW = 512 * 1024
_TAG, _EQUALS, _QUOTE, _SPACE = b'<=" '
MOST_LETTERS, MOST_DIGITS = 4, 9
LETTERS: Alphabet = np.isin(np.arange(256), list(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
DIGITS: Alphabet = np.isin(np.arange(256), list(b"0123456789"))


@dataclass
class Marks:
    """What a block shows at a glance, when every attribute is written name="value"."""

    tags: npt.NDArray[np.intp] = field(default_factory=lambda: np.zeros(256, np.intp))
    """How many tags begin with each byte."""
    may_hold_error: bool = False
    """Whether an attribute's value begins with e: false only where no cell has the type e."""
    cells: int = 0
    """How many cells name their place as r="B7"; the furthest column and row among them follow, from 1."""
    column: int = 0
    row: int = 0

    def begins(self, letter: str) -> int:
        """How many tags begin with the letter."""
        return int(self.tags[ord(letter)])


def read_marks(block: bytes) -> Marks | None:
    """Look a block through that cuts no tag in two; None where an attribute or a place is written in an unusual way."""
    cells, marks = np.frombuffer(block, np.uint8), Marks()
    for start in range(0, len(block), _WINDOW):
        window = cells[start : start + _WINDOW]
        marks.tags += np.bincount(bytes_at(cells, np.flatnonzero(window == _TAG) + (start + 1)), minlength=256)
        equals = np.flatnonzero(window == _EQUALS) + start
        before = bytes_at(cells, equals - 1)
        if not bool((bytes_at(cells, equals + 1) == _QUOTE).all()) or bool((before <= _SPACE).any()):
            return None
        marks.may_hold_error = marks.may_hold_error or bool((bytes_at(cells, equals + 2) == ord("e")).any())
        named = equals[before == ord("r")]
        if not _widen(marks, cells, named[bytes_at(cells, named - 2) == _SPACE] + 2):
            return None
    return marks


def _widen(marks: Marks, cells: Bytes, starts: Places) -> bool:
    """Note the references that begin at `starts`, and pass over what is none; False if one is longer than any true one."""
    starts = starts[LETTERS[bytes_at(cells, starts)]]
    column, ends = numbers_at(cells, starts, LETTERS, MOST_LETTERS, 26)
    row, ends = numbers_at(cells, ends, DIGITS, MOST_DIGITS, 10)
    last = bytes_at(cells, ends)
    is_whole = last == _QUOTE
    marks.cells += int(np.count_nonzero(is_whole))
    marks.column = max(marks.column, int(column[is_whole].max(initial=0)))
    marks.row = max(marks.row, int(row[is_whole].max(initial=0)))
    return not bool((LETTERS | DIGITS)[last].any())


def numbers_at(
    cells: Bytes, starts: Places, alphabet: Alphabet, most: int, base: int
) -> tuple[npt.NDArray[np.int64], Places]:
    """The numbers that begin at `starts`, in letters (A is 1) or digits, and where they end."""
    found: npt.NDArray[np.int64] = np.zeros(len(starts), np.int64)
    ends = starts
    for _ in range(most):
        byte = bytes_at(cells, ends)
        is_part = alphabet[byte]
        if not bool(is_part.any()):
            break
        # The low bits of a letter in either case, and of a digit, are its value.
        found = np.where(is_part, found * base + (byte & (31 if alphabet is LETTERS else 15)), found)
        ends = ends + is_part
    return found, ends


def bytes_at(cells: Bytes, places: npt.NDArray[Any]) -> Bytes:
    """The bytes at those places; beyond an end, the outermost byte."""
    found: Bytes = cells.take(places, mode="clip")
    return found
