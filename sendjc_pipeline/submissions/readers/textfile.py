"""From text in UTF-8 to a header and numbered lines: delimiters, line ends, blank lines.

Belongs here: what a line is. Does not belong here: encodings (`encoding`) or quoting (`delimited`). DuckDB's own CSV reader is used
for plain files only (`plain`). In 1.5.5 it drops a last record with an unclosed quote and skips blank lines without counting either,
and it gives up on a file with both kinds of line end; then rows are lost, or their numbers are not those that the partner sees in
Excel. Lines of all other files are split and parsed in SQL instead.
"""

from __future__ import annotations

import codecs
import csv

import duckdb

from sendjc_pipeline.feeds.model import Dialect, Feed
from sendjc_pipeline.submissions.readers import FileRejected, rule_code
from sendjc_pipeline.submissions.readers.encoding import SAVE, TextFile, blocks

_LONGEST_HEADER = 16 * 1024 * 1024
_MAX_COLUMNS = 2_000  # the widest declared layout has 50; a header of 100,000 names once held a reader for a minute
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", ",": "commas"}


def read_header(text: TextFile, feed: Feed) -> list[str]:
    """The column names of the first line, trimmed.

    Raises:
        FileRejected: the first line is no header, or is written with another delimiter than the feed's.
    """
    with text.path.open("rb") as file:
        first = file.readline(_LONGEST_HEADER)
    if b"\x00" in first:  # UTF-16 without its mark, or no text at all
        message = "the file holds NUL characters, so it is not plain text or is UTF-16 without its mark"
        raise FileRejected(rule_code(feed, "unreadable"), text.name, message, SAVE)
    try:
        line = first.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:  # cut inside a character: no header is that long
        line = "\r"
    if "\r" in line:
        raise FileRejected(rule_code(feed, "unreadable"), text.name, "lines end with a bare carriage return", SAVE)
    if line.lower().startswith("sep=") and len(line) <= len("sep=") + 1:
        remedy = f"Take that line out, and write the file with {_DELIMITERS.get(feed.dialect.delimiter, 'the delimiter of the layout')}."
        raise _delimiter(feed, text, "the first line is Excel's mark for another delimiter (sep=)", remedy)
    if not line and text.path.stat().st_size <= len(codecs.BOM_UTF8):
        raise FileRejected(
            rule_code(feed, "empty"), text.name, "the file is empty but for its mark", "Send the file again."
        )
    cells = _cells(line, feed.dialect.delimiter, feed.dialect.quote)
    if len(cells) > _MAX_COLUMNS:
        message = f"the first line is no header: it has over {_MAX_COLUMNS} columns or a name of absurd length"
        raise FileRejected(rule_code(feed, "unreadable"), text.name, message, SAVE)
    if len(cells) == 1:
        _refuse_other_delimiter(feed, text, line)
    return [cell.strip() for cell in cells]


def load_lines(con: duckdb.DuckDBPyConnection, text: TextFile, feed: Feed) -> None:
    """Create `csv_line` (line VARCHAR), one row per line in file order, the header being the first.

    Raises:
        FileRejected: a line holds a NUL.
    """
    con.execute("create or replace temp table csv_line (line varchar)")
    for block in blocks(text.path, feed):
        if b"\x00" in block:
            message = "the file holds NUL characters, so it is not plain text"
            raise FileRejected(rule_code(feed, "unreadable"), text.name, message, SAVE)
        lines = block.decode("utf-8").replace("\r\n", "\n").removesuffix("\r")
        con.execute("insert into csv_line select unnest(string_split(?, chr(10)))", [lines])


def needs_quote_rules(con: duckdb.DuckDBPyConnection, dialect: Dialect) -> bool:
    """Whether any line holds a quote mark; most files have none and take the short way."""
    row = con.execute("select exists (from csv_line where contains(line, ?))", [dialect.quote]).fetchone()
    return bool(row and row[0])


def _cells(line: str, delimiter: str, quote: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:  # a name longer than the csv module takes
        return [""] * (_MAX_COLUMNS + 1)


def _refuse_other_delimiter(feed: Feed, text: TextFile, line: str) -> None:
    """Refuse a header that another delimiter would split into declared names; a file is never split by guess."""
    declared = {feed.header(c, spec).lower() for spec in feed.specs for t in feed.tables.values() for c in t.columns}
    for delimiter, name in _DELIMITERS.items():
        found = {cell.strip().lower() for cell in _cells(line, delimiter, feed.dialect.quote)}
        if delimiter != feed.dialect.delimiter and len(found & declared) > 1:
            right = _DELIMITERS.get(feed.dialect.delimiter, "the delimiter of the layout")
            message = f"the cells are separated by {name}, and the layout has {right}"
            raise _delimiter(feed, text, message, f"Export it again with {right} between the cells.")


def _delimiter(feed: Feed, text: TextFile, message: str, remedy: str) -> FileRejected:
    return FileRejected(rule_code(feed, "delimiter"), text.name, message, remedy)
