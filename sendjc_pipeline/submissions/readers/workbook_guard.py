"""A look through an .xlsx file before a library opens it: what would take too much memory, or hide in a cell, is found here.

Belongs here: limits on a workbook's parts, and the few facts that the library does not tell (errors, formulas, hidden rows).
Does not belong here: limits on any archive (archive.py), or the meaning of a sheet. One pass over the bytes, 120 MB/s.

The library allots every cell up to the furthest one, at some 90 bytes, and every text; so both are bounded, and 256 MiB hold
whatever passes. It reads an Excel error as a blank cell, so errors are sought here.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.archive import entries
from sendjc_pipeline.submissions.readers.workbook_bytes import inflated, whole_cells, whole_tags

_MIB = 1024 * 1024
MAX_XML = 192 * _MIB  # all parts together, unpacked
MAX_TEXT = 16 * _MIB  # of one sheet, beyond _MARKUP bytes a cell
MAX_SHARED = 32 * _MIB  # of the shared texts, and of them as often as cells use them, beyond _MARKUP bytes a cell
MAX_TEXTS, MAX_MERGED, MAX_ERRORS = 1_000_000, 10_000, 10_000
_MARKUP = 50
NOWHERE = (0, 0)

_REF = re.compile(rb' r="([A-Za-z]+[0-9]*)"')
_ODD_REF = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z$]+[0-9$]*)")
_BROKEN = re.compile(rb"[\n\t\r](r\b|=)")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b[^>]*?\sr\s*=\s*[\"']([0-9]*)")
_ROW_TAG = re.compile(rb"<(?:[\w.-]+:)?row\b")
_CELL_TAG = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_TEXT_TAG = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_SHARED_NUMBER = re.compile(rb"\st\s*=\s*[\"']s[\"'][^>]*>\s*<(?:[\w.-]+:)?v[^>]*>\s*([0-9]{1,9})\s*<")
_ERROR = re.compile(rb"<(?:[\w.-]+:)?c(?=\s[^>]*?\bt\s*=\s*[\"']e[\"'])[^>]*>")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](1|true)")
_DIGITS, _LETTERS = b"0123456789", b"$ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Limits:
    """How far out a cell may stand, and how many cells the rectangle up to the furthest may hold."""

    rows: int = 1_048_576
    columns: int = 702  # column ZZ
    cells: int = 2_000_000


@dataclass
class Part:
    """What was seen in one part of the workbook. `errors` are (row, column) of Excel error cells, both from 1."""

    bytes: int = 0
    rows: int = 0
    columns: int = 0
    cells: int = 0
    has_formula: bool = False
    has_hidden: bool = False
    errors: set[tuple[int, int]] = field(default_factory=set)
    texts: array[int] = field(default_factory=lambda: array("L"))
    """Bytes of each shared text: a cell holds its number, and the library copies the text into every such cell."""
    merged: int = 0
    has_unplaced: bool = False
    """Cells without a reference, as small writers leave them: then the counts below bound where they stand."""
    loose_rows: int = 0
    longest_run: int = 0
    run: int = 0


def inspect(path: Path, feed: Feed, limits: Limits) -> dict[str, Part]:
    """Every part of the workbook by its name in the archive, after all limits were checked.

    Raises:
        FileRejected: <FEED>.file.unreadable (not a workbook, encrypted, old format, damaged, too far or too many cells) or
            <FEED>.file.unsafe_archive.
    """
    _require_workbook(path, feed)
    entries(path, feed, folders_count=True)
    found: dict[str, Part] = {}
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in infos) > MAX_XML:
                raise _too_large(path, feed, f"it would unpack to more than {MAX_XML // _MIB} MB")
            for info in infos:
                part = found[info.filename] = Part()
                for block in whole_tags(inflated(file, info)):
                    if fault := _scan(block, part) or _beyond(part, limits):
                        raise _too_large(path, feed, fault)
            if fault := _repeated_texts(file, infos, found):
                raise _too_large(path, feed, fault)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError):
        raise _unreadable(path, feed, "it is cut short or damaged, and nothing of it was taken") from None
    return found


def _require_workbook(path: Path, feed: Feed) -> None:
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            # An encrypted .xlsx is wrapped in the old container, under a name in UTF-16.
            locked = "EncryptedPackage".encode("utf-16-le") in file.read(64 * 1024 * 1024)
            what = "it is encrypted with a password" if locked else "it is an old Excel workbook (.xls)"
            remedy = "Send it without a password, by the agreed secure route." if locked else _SAVE
            raise FileRejected(rule_code(feed, "unreadable"), path.name, what, remedy)
    if start and not start.startswith(b"PK"):
        raise _unreadable(path, feed, "it is not an .xlsx workbook")


def _scan(block: bytes, part: Part) -> str | None:
    """Note what is in the block; returns what is wrong with it as a whole, if anything is."""
    is_first, part.bytes = part.bytes == 0, part.bytes + len(block)
    if is_first and (block[:2] in (b"\xff\xfe", b"\xfe\xff") or (block.lstrip()[:1] == b"<" and b"\x00" in block)):
        return "its parts are not in UTF-8"
    if b"!" in block and (b"<!DOCTYPE" in block or b"<!ENTITY" in block):
        return "it declares XML entities, which no spreadsheet program writes"
    # A plain search first, at a gigabyte a second; the patterns that settle it cost ten times as much.
    is_odd = _is_odd(block)
    refs = (_ODD_REF if is_odd else _REF).findall(block)
    _place(block, part, refs)
    if b"hidden" in block:
        part.has_hidden = part.has_hidden or _HIDDEN.search(block) is not None
    is_prefixed = b":" in block
    if not part.has_formula and (b"<f" in block or (is_prefixed and b":f" in block)):
        part.has_formula = _FORMULA.search(block) is not None
    if is_odd or b'"e"' in block:
        _note_errors(block, part)
    part.merged += block.count(b"mergeCell ")
    if part.texts or b"<si" in block or (is_prefixed and b":si" in block):
        before, *texts = _TEXT_TAG.split(block)
        if part.texts:
            part.texts[-1] += len(before)
        part.texts.extend(map(len, texts))
    return None


def _is_odd(block: bytes) -> bool:
    """Whether an attribute may be written in another way than spreadsheet programs write it."""
    if block.count(b"=") != block.count(b'="') or b" =" in block:
        return True
    return any(mark in block for mark in (b"\n", b"\t", b"\r")) and _BROKEN.search(block) is not None


def _place(block: bytes, part: Part, refs: list[bytes]) -> None:
    """Widen the part's rectangle by the block's references, and by what may stand where no reference is."""
    part.cells += len(refs)
    joined = b" ".join(refs)
    part.columns = max([part.columns, *map(column_number, set(joined.translate(None, _DIGITS).split()))])
    part.rows = max([part.rows, *(int(row[:9]) for row in set(joined.translate(None, _LETTERS).split()))])
    # Some tags begin as a cell's does; only where there are more than cells with a place are they told apart.
    if not part.has_unplaced:
        if block.count(b"<c") + (b":" in block and block.count(b":c")) <= len(refs):
            return
        if len(_CELL_TAG.findall(block)) <= len(refs):
            return
    part.has_unplaced = True
    part.rows = max([part.rows, *(int(row[:9] or 0) for row in _ROW.findall(block))])
    first, *others = _ROW_TAG.split(block)
    runs = [part.run + len(_CELL_TAG.findall(first)), *(len(_CELL_TAG.findall(piece)) for piece in others)]
    part.run, part.longest_run = runs[-1], max(part.longest_run, *runs)
    part.loose_rows += len(others)
    part.cells += max(sum(runs) - len(refs), 0)


def _note_errors(block: bytes, part: Part) -> None:
    for tag in _ERROR.findall(block):
        found = _ODD_REF.search(tag)
        place = found[1].replace(b"$", b"") if found else b""
        # An error that stands nowhere in particular is in row 0, which no table has.
        row, letters = place.translate(None, _LETTERS), place.translate(None, _DIGITS)
        part.errors.add((int(row[:9]), column_number(letters)) if row and letters else NOWHERE)


def _beyond(part: Part, limits: Limits) -> str | None:
    rows = part.rows + part.loose_rows
    columns = part.columns + (part.longest_run if part.has_unplaced else 0)
    if part.rows > limits.rows or part.columns > limits.columns:
        return f"a cell stands beyond row {limits.rows:,} or column {column_letters(limits.columns)}"
    if rows * columns > limits.cells:
        return f"the cells down to the last one are more than {limits.cells:,}"
    most = MAX_SHARED if part.texts else MAX_TEXT
    if part.bytes > most + _MARKUP * part.cells:
        return f"one of its parts holds more than {most // _MIB} MB of text"
    if part.merged > MAX_MERGED:
        return f"more than {MAX_MERGED:,} ranges of cells are merged"
    if len(part.texts) > MAX_TEXTS:
        return f"it holds more than {MAX_TEXTS:,} different texts"
    if len(part.errors) > MAX_ERRORS:
        return f"more than {MAX_ERRORS:,} cells hold an Excel error"
    return None


def _repeated_texts(file: BinaryIO, infos: list[zipfile.ZipInfo], parts: dict[str, Part]) -> str | None:
    """Whether one long text stands in so many cells that their copies would fill the memory."""
    holders = [part for part in parts.values() if part.texts]
    if len(holders) > 1:
        return "it holds two lists of shared texts"
    cells = sum(part.cells for part in parts.values())
    if not holders or max(holders[0].texts) * cells <= MAX_SHARED:
        return None
    lengths, total = holders[0].texts, 0
    longest = max(lengths)
    for info in infos:
        for block in whole_cells(inflated(file, info)) if parts[info.filename].cells else ():
            numbers = _SHARED_NUMBER.findall(block)
            # A cell that does not show its number in the usual place may mean the longest text.
            total += (len(_SHARED.findall(block)) - len(numbers)) * longest
            total += sum(lengths[int(n)] * count for n, count in Counter(numbers).items() if int(n) < len(lengths))
            if total > MAX_SHARED + _MARKUP * cells:
                return f"its cells repeat more than {MAX_SHARED // _MIB} MB of text"
    return None


def column_number(letters: bytes) -> int:
    """The place, from 1, of a column named by letters in any case; far beyond any sheet for more than three."""
    if len(letters) > 4:
        return 10**6
    number = 0
    for letter in letters.upper().replace(b"$", b""):
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column counted from 1: A, Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_SAVE = "Save it as an Excel workbook (.xlsx) or as CSV UTF-8, and send it again."


def _unreadable(path: Path, feed: Feed, message: str) -> FileRejected:
    return FileRejected(rule_code(feed, "unreadable"), path.name, message, _SAVE)


def _too_large(path: Path, feed: Feed, message: str) -> FileRejected:
    remedy = "Delete empty rows, columns and pictures beside the data and save it again, or send CSV."
    return FileRejected(rule_code(feed, "unreadable"), path.name, message, remedy)
