"""The rows of a plain sheet as columns of text, from the unpacked bytes of its part.

Belongs here: where the rows begin and end, and their cells gathered by column. Does not belong here: the bytes of one row (`plain_rows`), or what
a cell that is no text means (`plain_sheet`).
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
from lxml import etree

from sendjc_pipeline.submissions.readers.plain_rows import read_rows

_BLOCK = 1024 * 1024
_LONGEST_HEAD, _LONGEST_TAIL = 1024 * 1024, 8 * 1024 * 1024
_AT_ONCE = 2
_ROWS, _ROWS_END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_RANGE = re.compile(r"[A-Z]{1,3}[0-9]{1,7}(:[A-Z]{1,3}[0-9]{1,7})?")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*\sencoding\s*=\s*(?![\"'](?i:utf-8)[\"'])")


class NotPlain(ValueError):
    """The sheet is for the library to read."""


@dataclass
class _Columns:
    """The columns so far; each may be shorter than the last row."""

    pieces: dict[int, list[pl.Series]] = field(default_factory=dict)
    heights: dict[int, int] = field(default_factory=dict)
    last_row: int = 0

    def add(self, first: int, last: int, found: dict[int, pl.Series]) -> None:
        """Add the rows from `first` to `last`."""
        if first <= self.last_row:
            raise NotPlain
        for place, series in found.items():
            self.fill(place, first - 1)
            self.pieces[place].append(series)
            self.heights[place] = last
        self.last_row = last

    def fill(self, place: int, height: int) -> None:
        """Make the column as high as that, with blank cells."""
        if missing := height - self.heights.get(place, 0):
            self.pieces.setdefault(place, []).append(pl.repeat("", missing, dtype=pl.String, eager=True))
        self.pieces.setdefault(place, [])

    def whole(self) -> dict[int, pl.Series]:
        """All columns, down to the last row."""
        for place in self.pieces:
            self.fill(place, self.last_row)
        return {place: pl.concat(pieces) for place, pieces in self.pieces.items()}


def read_columns(blocks: Iterator[bytes], checksum: int) -> dict[int, pl.Series]:
    """Each column that holds something, by its number from 1: its cells from row 1 to the sheet's last, '' where one is blank.

    A cell that holds no plain text is its XML, as `plain_rows.Cells` tells it.

    Raises:
        NotPlain, ValueError, lxml.etree.XMLSyntaxError: the part is not plain, not sound, or not what its checksum says.
    """
    columns = _Columns()
    waiting: deque[Future[tuple[int, int, dict[int, pl.Series]] | None]] = deque()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for rows in _row_blocks(blocks, checksum):
            waiting.append(pool.submit(_gather, rows))
            if len(waiting) > 2 * _AT_ONCE and (found := waiting.popleft().result()):
                columns.add(*found)
        for one in waiting:
            if found := one.result():
                columns.add(*found)
    return columns.whole()


def _row_blocks(blocks: Iterator[bytes], checksum: int) -> Iterator[bytes]:
    """Whole rows, about a block at a time; what stands around them is looked at when all have been given out."""
    seen, kept, head = 0, b"", b""
    for block in blocks:
        seen, kept = zlib.crc32(block, seen), kept + block
        if not head and _ROWS in kept:
            head, _, kept = kept.partition(_ROWS)
        while head and (cut := kept.rfind(_ROW_END, 0, _BLOCK) + len(_ROW_END)) >= len(_ROW_END):
            yield kept[:cut]
            kept = kept[cut:]
        if len(kept) > (_LONGEST_TAIL if head else _LONGEST_HEAD):
            raise NotPlain
    if seen != checksum or not _frames_rows(head + _ROWS, kept):
        raise NotPlain


def _gather(rows: bytes) -> tuple[int, int, dict[int, pl.Series]] | None:
    """The first and last row of the block, and its cells by column; None if there are none."""
    rows.decode()  # the library refuses what is not UTF-8
    if (cells := read_rows(rows)) is None:
        raise NotPlain
    if not len(cells.row):
        return None
    first, last = int(cells.row[0]), int(cells.row[-1])
    height = last - first + 1
    places, column = np.unique(cells.column, return_inverse=True)
    spot = column * height + (cells.row - first)
    starts, lengths = np.zeros((2, len(places) * height), np.int64)
    starts[spot], lengths[spot] = cells.start, cells.end - cells.start
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    sources = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    gathered = np.frombuffer(rows, np.uint8)[sources]
    found = pl.Series(pa.LargeStringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(gathered)))
    return first, last, {place: found[n * height : (n + 1) * height] for n, place in enumerate(places.tolist())}


def _frames_rows(head: bytes, tail: bytes) -> bool:
    """Whether what stands around the rows is a sound worksheet without them, and says nothing of them that is not in them."""
    around = head + tail
    if not head.startswith(b"<") or not tail.startswith(_ROWS_END) or b"<!" in around or _OTHER_ENCODING.match(head):
        return False
    root = etree.fromstring(around, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    names = [etree.QName(item).localname for item in root.iter("*")]
    return (
        names[0] == "worksheet"
        and names.count("sheetData") == len(root.findall("{*}sheetData")) == 1
        and not {"row", "c", "mergeCell", "mergeCells"}.intersection(names)
        and all(_RANGE.fullmatch(str(item.get("ref"))) for item in root.iter("{*}dimension"))
    )
