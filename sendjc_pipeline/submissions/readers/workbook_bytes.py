"""The bytes of a workbook's parts, unpacked in blocks that never cut a tag or a cell in two.

Belongs here: unpacking within what the archive says of itself. Does not belong here: what the bytes hold (workbook_guard).
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

_MIB = 1024 * 1024
_BLOCK = 4 * _MIB
_MAX_NODE = _MIB  # Excel's longest text has 32,767 characters


def inflated(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes. Unpacked here, because what an archive says of its own sizes may be untrue, and the library believes the stream."""
    file.seek(info.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise ValueError("no local header")
    name, extra = struct.unpack("<HH", header[26:30])
    file.seek(name + extra, 1)
    left, told = info.compress_size, info.file_size
    engine = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    if engine is None and info.compress_type != zipfile.ZIP_STORED:
        raise ValueError("unusual compression")
    while left > 0 and (packed := file.read(min(left, _BLOCK // 8))):
        left -= len(packed)
        while packed:
            block = engine.decompress(packed, _BLOCK) if engine else packed
            packed = engine.unconsumed_tail if engine else b""
            told -= len(block)
            if told < 0:
                raise ValueError("larger than it says")
            yield block
    if engine and not engine.eof:
        raise ValueError("cut short")


def whole_tags(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut before a tag, so that no tag is seen in two halves."""
    kept = b""
    for block in blocks:
        kept += block
        cut = kept.rfind(b"<")
        if cut > 0:
            yield kept[:cut]
            kept = kept[cut:]
        elif len(kept) > _MAX_NODE and kept.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] == b"<":
            raise ValueError("a tag without end")
    yield kept


def whole_cells(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut where a cell ends, so that no cell is seen in two halves."""
    kept = b""
    for block in blocks:
        kept += block
        if (cut := kept.rfind(b"c>") + 2) > 2:
            yield kept[:cut]
            kept = kept[cut:]
    yield kept
