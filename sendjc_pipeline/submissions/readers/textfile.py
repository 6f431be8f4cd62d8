"""From the bytes of a delimited file to numbered lines: encoding, byte-order mark, line ends, blank lines.

DuckDB's own CSV reader is not used for this. In 1.5.5 it drops a last record with an unclosed quote and skips blank lines without
counting either, and it gives up on a file with both kinds of line end; then rows are lost, or their numbers are not
those that the partner sees in Excel. Lines are split and parsed in SQL instead, at 100 MB/s.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sendjc_pipeline.feeds.model import Dialect, Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code

# Smaller blocks cost a statement each, larger ones gain nothing (measured at 1, 4 and 16 MiB: 86, 208 and 197 MB/s).
_BLOCK = 4 * 1024 * 1024
_MAX_LINE = 16 * 1024 * 1024
_MAX_COLUMNS = 2_000  # the widest declared layout has 50; a header of 100,000 names once held a reader for a minute
_SIGNATURES = {
    b"PK": "a zip file or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
}
_SAVE = "Save it as 'CSV UTF-8 (comma delimited)' and send it again."


def read_header(path: Path, feed: Feed) -> list[str]:
    """The column names of the first line, trimmed.

    Raises:
        FileRejected: the file is empty, is not text, or its first line is not UTF-8.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if not start.strip():
            raise FileRejected(
                rule_code(feed, "empty"), path.name, "the file is empty (0 bytes of content)", "Send the file again."
            )
        if found := next((what for sign, what in _SIGNATURES.items() if start.startswith(sign)), None):
            raise FileRejected(rule_code(feed, "unreadable"), path.name, f"the file is {found}, not a text file", _SAVE)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise FileRejected(rule_code(feed, "encoding"), path.name, "the file is in UTF-16, not in UTF-8", _SAVE)
        file.seek(0)
        first = file.readline(_MAX_LINE)
    try:
        text = first.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _encoding(feed, path, 1) from None
    if "\r" in text:
        raise FileRejected(rule_code(feed, "unreadable"), path.name, "lines end with a bare carriage return", _SAVE)
    try:
        cells = next(csv.reader([text], delimiter=feed.dialect.delimiter, quotechar=feed.dialect.quote), [])
    except csv.Error:  # a name longer than the csv module takes
        cells = [""] * (_MAX_COLUMNS + 1)
    if len(cells) > _MAX_COLUMNS:
        message = f"the first line is no header: it has over {_MAX_COLUMNS} columns or a name of absurd length"
        raise FileRejected(rule_code(feed, "unreadable"), path.name, message, _SAVE)
    return [cell.strip() for cell in cells]


def load_lines(con: duckdb.DuckDBPyConnection, path: Path, feed: Feed) -> None:
    """Create `csv_line` (line VARCHAR), one row per line in file order, the header being the first.

    Raises:
        FileRejected: a line is not UTF-8 (its number is given), holds a NUL, or is absurdly long.
    """
    con.execute("create or replace temp table csv_line (line varchar)")
    number = 1
    for block in _blocks(path, feed):
        try:
            text = block.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _encoding(feed, path, number + block.count(b"\n", 0, error.start)) from None
        if "\x00" in text:
            raise FileRejected(
                rule_code(feed, "unreadable"),
                path.name,
                "the file holds NUL characters, so it is not plain text",
                _SAVE,
            )
        text = text.replace("\r\n", "\n").removesuffix("\r")
        con.execute("insert into csv_line select unnest(string_split(?, chr(10)))", [text])
        number += block.count(b"\n") + 1


def needs_quote_rules(con: duckdb.DuckDBPyConnection, dialect: Dialect) -> bool:
    """Whether any line holds a quote mark; most files have none and take the short way."""
    row = con.execute("select exists (from csv_line where contains(line, ?))", [dialect.quote]).fetchone()
    return bool(row and row[0])


def _blocks(path: Path, feed: Feed) -> Iterator[bytes]:
    """Whole lines, about a block at a time, without the byte-order mark and without the line end of the last."""
    with path.open("rb") as file:
        kept = b""
        if not (start := file.read(3)).startswith(codecs.BOM_UTF8):
            kept = start
        while more := file.read(_BLOCK):
            kept += more
            if (cut := kept.rfind(b"\n")) >= 0:
                yield kept[:cut]
                kept = kept[cut + 1 :]
            elif len(kept) > _MAX_LINE:
                raise FileRejected(rule_code(feed, "unreadable"), path.name, "a line is longer than 16 MB", _SAVE)
        if kept:
            yield kept


def _encoding(feed: Feed, path: Path, line: int) -> FileRejected:
    return FileRejected(rule_code(feed, "encoding"), path.name, f"line {line} is not in UTF-8", _SAVE)
