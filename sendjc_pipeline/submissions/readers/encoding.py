"""From the bytes that a partner sent to text in UTF-8: what a file is, by its first bytes and by what its bytes can be.

Belongs here: signatures, byte-order marks, encodings. Does not belong here: lines and cells (`textfile`, `delimited`). Nothing is
guessed: UTF-16 says of itself what it is, and cp1252 is what is left when bytes cannot be UTF-8 and the feed allows it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, rule_code

SAVE = "Save it as 'CSV UTF-8 (comma delimited)' and send it again."
# Smaller blocks cost a statement each, larger ones gain nothing (measured at 1, 4 and 16 MiB: 86, 208 and 197 MB/s).
_BLOCK = 4 * 1024 * 1024
_CACHED = 256 * 1024  # what fits into a core's own cache
_MAX_LINE = 16 * 1024 * 1024
_SIGNATURES = {
    b"PK": "a zip file or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    codecs.BOM_UTF32_LE: "in UTF-32",
    codecs.BOM_UTF32_BE: "in UTF-32",
}
# Bytes to which cp1252 gives no character.
_UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
# A character of UTF-8 that takes more than one byte. In cp1252 the same bytes are two or more odd characters in a row.
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True)
class TextFile:
    """A file whose bytes at `path` are UTF-8; `name` is what the partner called it."""

    path: Path
    name: str
    warnings: tuple[FileWarning, ...] = ()


def open_text(path: Path, feed: Feed, folder: Path) -> TextFile:
    """The file itself if it is in UTF-8, else a copy in UTF-8 in `folder`, which must be empty of a file of that name.

    Raises:
        FileRejected: the file is empty, is not text, is in no declared encoding, or is damaged.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not start.strip():
        raise _empty(feed, path)
    if found := next((what for sign, what in _SIGNATURES.items() if start.startswith(sign)), None):
        raise FileRejected(rule_code(feed, "unreadable"), path.name, f"the file is {found}, not a text file", SAVE)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf16(path, feed, folder)
    line = _first_line_not_in_utf8(path, feed)
    if line is None:
        return TextFile(path, path.name)
    if "cp1252" not in feed.dialect.encodings or start.startswith(codecs.BOM_UTF8):
        raise _refused(feed, path, f"line {line} is not in UTF-8")
    return _from_cp1252(path, feed, folder, line)


def blocks(path: Path, feed: Feed) -> Iterator[bytes]:
    """Whole lines, about a block at a time, without the byte-order mark and without the line end of the last.

    Raises:
        FileRejected: a line is absurdly long.
    """
    with path.open("rb") as file:
        kept = b""
        if not (start := file.read(3)).startswith(codecs.BOM_UTF8):
            kept = start
        while more := file.read(_BLOCK):
            kept += more
            if (cut := kept.rfind(b"\n")) >= 0:
                yield kept[:cut]
                kept = kept[cut + 1 :]
            _refuse_long_line(len(kept), path, feed)
        if kept:
            yield kept


def _refuse_long_line(length: int, path: Path, feed: Feed) -> None:
    if length > _MAX_LINE:
        raise FileRejected(rule_code(feed, "unreadable"), path.name, "a line is longer than 16 MB", SAVE)


def _is_ascii(path: Path, feed: Feed) -> bool:
    """Whether all is ASCII, as nearly every export is: seen at 8 GB/s, for no line need be cut out."""
    unended = 0
    with path.open("rb") as file:
        while block := file.read(_CACHED):
            if not block.isascii():
                return False
            end = block.rfind(b"\n")
            unended = len(block) - 1 - end if end >= 0 else unended + len(block)
            _refuse_long_line(unended, path, feed)
    return True


def _first_line_not_in_utf8(path: Path, feed: Feed) -> int | None:
    if _is_ascii(path, feed):
        return None
    number = 1
    for block in blocks(path, feed):
        if not block.isascii():
            try:
                block.decode("utf-8")
            except UnicodeDecodeError as error:
                return number + block.count(b"\n", 0, error.start)
        number += block.count(b"\n") + 1
    return None


def _from_utf16(path: Path, feed: Feed, folder: Path) -> TextFile:
    if "utf-16" not in feed.dialect.encodings:
        raise _refused(feed, path, "the file is in UTF-16, not in UTF-8")
    decoder = codecs.getincrementaldecoder("utf-16")()
    copy = folder / path.name
    has_text = False
    try:
        with path.open("rb") as file, copy.open("wb") as out:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                has_text = has_text or bool(text.strip())
                out.write(text.encode("utf-8"))
            decoder.decode(b"", final=True)
    except UnicodeError:
        raise _refused(
            feed, path, "the file begins as UTF-16 and does not go on so: it is damaged or cut short"
        ) from None
    if not has_text:
        raise _empty(feed, path)
    return TextFile(copy, path.name)


def _from_cp1252(path: Path, feed: Feed, folder: Path, line: int) -> TextFile:
    copy = folder / path.name
    with path.open("rb") as file, copy.open("wb") as out:
        last = b""
        while block := file.read(_BLOCK):
            if any(byte in block for byte in _UNDEFINED):
                raise _refused(
                    feed, path, f"line {line} is not in UTF-8, and the file holds bytes that no text in cp1252 has"
                )
            if _has_sequence(last + block):
                raise _refused(
                    feed,
                    path,
                    f"line {line} is not in UTF-8 and other text is: the file is damaged or put together from two",
                )
            last = block[-3:]
            out.write(block.decode("cp1252").encode("utf-8"))
    warning = FileWarning(
        rule_code(feed, "encoding_cp1252"),
        path.name,
        f"the file is not in UTF-8 (line {line} is the first that cannot be); it was read in the Windows code page cp1252",
        "check accented names; save the file as UTF-8 next time",
    )
    return TextFile(copy, path.name, (warning,))


def _has_sequence(block: bytes) -> bool:
    high = np.frombuffer(block, np.uint8) >= 0x80
    # Where no two such bytes stand together there is none, which is a hundred times faster to see.
    return bool((high[1:] & high[:-1]).any()) and _SEQUENCE.search(block) is not None


def _refused(feed: Feed, path: Path, message: str) -> FileRejected:
    return FileRejected(rule_code(feed, "encoding"), path.name, message, SAVE)


def _empty(feed: Feed, path: Path) -> FileRejected:
    message = "the file is empty (0 bytes of content)"
    return FileRejected(rule_code(feed, "empty"), path.name, message, "Send the file again.")
