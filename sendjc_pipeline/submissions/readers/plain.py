"""The short way through a delimited file in which nothing is odd: DuckDB's own reader, after the bytes were looked at.

Belongs here: the proof that every line has as many cells as the header, that none is blank, that no cell holds a line break or a quote
mark, and the load that is then safe. Does not belong here: any file that lacks that proof; `delimited` is the rule and reads it.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from sendjc_pipeline.feeds.model import Dialect, Table
from sendjc_pipeline.submissions.casting import stored
from sendjc_pipeline.submissions.literals import literal
from sendjc_pipeline.submissions.macros import ensure_macros
from sendjc_pipeline.submissions.readers import raw_name

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]

_BLOCK = 256 * 1024  # what fits into a core's own cache takes half the time
_LARGE = 16 * 1024 * 1024
_BUFFER = 8 * 1024 * 1024
_LONGEST_LINE = 1024 * 1024  # DuckDB gives up at 2 MB
_LF, _CR, _TAB, _SPACE = 10, 13, 9, 32
_NO_BREAK_SPACE = "\u00a0".encode()


@dataclass(frozen=True)
class Plain:
    """What was seen: rows below the header, and whether no cell begins or ends with a blank."""

    rows: int
    is_trimmed: bool
    is_quoted: bool
    line_end: bytes


def look(path: Path, dialect: Dialect, width: int) -> Plain | None:
    """Read a file in UTF-8 once and say what is in it; None when it is not plain beyond doubt.

    `width` is the number of cells in the header. Quoted cells are plain as long as they hold no quote mark and no line break.
    """
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    if len(delimiter) != 1 or len(quote) != 1 or any(mark in str(path) for mark in "*?["):
        return None  # the latter would be a pattern of names to DuckDB
    with path.open("rb") as file:
        header = file.readline(_LONGEST_LINE)
    line_end = b"\r\n" if header.endswith(b"\r\n") else b"\n"
    rows, is_trimmed, is_quoted = -1, True, False
    for block in _blocks(path, line_end):
        if not block or b"\0" in block or not _ends_alike(block, line_end):
            return None
        cells = np.frombuffer(block, np.uint8)
        line_ends = np.flatnonzero(cells == _LF)
        has_quotes = quote in block
        if has_quotes:
            if not _is_well_quoted(cells, delimiter[0], quote[0], width):
                return None
        # A line that lacks a cell is an error to DuckDB, so that where the sum is right each line is.
        elif np.count_nonzero(cells == delimiter[0]) != len(line_ends) * (width - 1):
            return None
        has_blanks = _has_outer_blanks(block, cells, (delimiter[0], quote[0], _LF, _CR))
        if not _has_content(cells, line_ends, delimiter[0], quote[0], width, is_simple=not (has_blanks or has_quotes)):
            return None
        is_quoted, is_trimmed = is_quoted or has_quotes, is_trimmed and not has_blanks
        rows += len(line_ends)
    return Plain(rows, is_trimmed, is_quoted, line_end) if rows >= 0 else None


def suppose(path: Path, dialect: Dialect) -> Plain | None:
    """What a large file seems to be by its beginning; None for a small one, which `look` has soon read whole."""
    if path.stat().st_size < _LARGE:
        return None
    with path.open("rb") as file:
        start = file.read(_BLOCK)
    line_end = b"\r\n" if start.partition(b"\n")[0].endswith(b"\r") else b"\n"
    return Plain(-1, True, dialect.quote.encode() in start, line_end)


def load(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    path: Path,
    name: str,
    dialect: Dialect,
    positions: dict[str, int],
    width: int,
    seen: Plain,
    *,
    is_alone: bool,
    proof: Callable[[], Plain | None] | None = None,
) -> bool:
    """Append the file's rows to the raw table; False, and nothing done, if DuckDB did not find the rows that were seen.

    `proof` says in the end what the file is; where that is not what `seen` supposed, nothing is done either.

    `name` is the file's name for source_file. `is_alone` says that no other file belongs to the table: then rows need no number.
    """
    names = [f"c{place}" for place in range(1, width + 1)]
    cells = ", ".join(
        f'c{positions[c.key]} as "{c.key}"' if c.key in positions else f'null::varchar as "{c.key}"'
        for c in table.columns
    )
    keys = ", ".join(f'"{c.key}"' for c in table.columns)
    more = stored(table, dialect, positions if is_alone else (), is_trimmed=seen.is_trimmed)
    row = "null" if is_alone else "row_number() over () + 1"
    mark = literal(dialect.quote if seen.is_quoted else "")
    # In 1.5.5 a header skipped and new_line='\\r\\n' together give no row at all; left to itself it takes both line ends.
    end = "" if seen.line_end == b"\r\n" else " new_line='\\n',"
    options = (
        f"auto_detect=false, header=false, skip=1, strict_mode=true, null_padding=false, buffer_size={_BUFFER},"
        f" delim='{dialect.delimiter}', quote={mark}, escape={mark},{end} force_not_null={names},"
        f" columns={dict.fromkeys(names, 'VARCHAR')}"
    )
    if more.types:
        ensure_macros(con)  # the casts name them, and would otherwise fail without a word
    con.begin()
    try:
        if is_alone:
            _make_narrow(con, table, name, more.types)
        values = "".join(f', "{column}"' for column in more.types)
        lines = f"select {cells} from read_csv({literal(str(path))}, {options})"
        done = con.execute(
            f"insert into {raw_name(table.name)} select {keys}, {literal(name)}, null, {row}{values}"
            f" from ({more.over(lines)})"
        ).fetchone()
    except duckdb.Error:
        done = None
    found = seen if proof is None else proof()
    if done is None or found is None or done[0] != found.rows or replace(found, rows=seen.rows) != seen:
        con.rollback()
        return False
    con.commit()
    return True


def _make_narrow(con: duckdb.DuckDBPyConnection, table: Table, name: str, more: Mapping[str, str]) -> None:
    """Make the raw table anew, with a file's name that takes one byte a row and not forty: a fifth of all memory.

    `more` are the types of columns beyond those of every raw table, as `casting.stored` names them.
    """
    columns = ", ".join(f'"{column.key}" varchar' for column in table.columns)
    beyond = "".join(f', "{column}" {kind}' for column, kind in more.items())
    con.execute(
        f"create or replace table {raw_name(table.name)} ({columns},"
        f" source_file enum({literal(name)}), source_sheet enum(''), source_row tinyint{beyond})"
    )


def _blocks(path: Path, line_end: bytes) -> Iterator[bytes]:
    """Whole lines, about a block at a time, each with its line end; an empty block where a line is too long."""
    with path.open("rb") as file:
        kept = b""
        if not (start := file.read(3)).startswith(codecs.BOM_UTF8):
            kept = start
        while more := file.read(_BLOCK):
            kept += more
            cut = kept.rfind(b"\n") + 1
            if len(kept) - cut > _LONGEST_LINE:
                yield b""
                return
            if cut:
                yield kept[:cut]
                kept = kept[cut:]
        if kept:
            yield kept if kept.endswith(b"\n") else kept + line_end


def _ends_alike(block: bytes, line_end: bytes) -> bool:
    """Whether every line ends in the same way and no carriage return stands elsewhere."""
    if line_end == b"\n":
        return b"\r" not in block
    return block.count(b"\r") == block.count(b"\n") == block.count(b"\r\n")


def _is_well_quoted(cells: _Bytes, delimiter: int, quote: int, width: int) -> bool:
    """Whether every line has `width` cells and every quote mark opens or ends a cell, with no line break between."""
    ends: _Flags = (cells == delimiter) | (cells == _LF)
    marks = cells == quote
    # The sum wraps at 256, which leaves it odd or even as it was.
    inside = (np.cumsum(marks, dtype=np.uint8) & 1).astype(np.bool_)
    places = np.flatnonzero(marks)
    opening, closing = places[::2], places[1::2]
    if len(places) % 2 or bool((inside & (cells == _LF)).any()):
        return False
    if not bool((ends[opening - 1] | (opening == 0)).all() and (ends[closing + 1] | (cells[closing + 1] == _CR)).all()):
        return False
    order = cells[np.logical_and(ends, ~inside)]
    if len(order) % width or not bool((order.reshape(-1, width)[:, -1] == _LF).all()):
        return False
    return int(np.count_nonzero(order == _LF)) == len(order) // width


def _has_outer_blanks(block: bytes, cells: _Bytes, edges: Sequence[int]) -> bool:
    """Whether a blank stands beside one of the `edges`, which part cells from each other."""
    if not block.isascii() and _NO_BREAK_SPACE in block:  # the second question alone takes a third of all the time
        return True
    if b" " not in block and b"\t" not in block:
        return False
    places = np.flatnonzero((cells == _SPACE) | (cells == _TAB))
    beside = np.concatenate((cells[places[places > 0] - 1], cells[places + 1]))  # a block ends with a line end
    return bool(places[0] == 0 or np.isin(beside, edges).any())


def _has_content(
    cells: _Bytes, line_ends: npt.NDArray[Any], delimiter: int, quote: int, width: int, *, is_simple: bool
) -> bool:
    """Whether every line holds more than delimiters, quote marks and blanks."""
    starts: npt.NDArray[Any] = np.concatenate(([0], line_ends[:-1] + 1))
    if is_simple:
        return_there = int(len(cells) > 1 and cells[line_ends[0] - 1] == _CR)
        return bool((line_ends - starts).min() > width - 1 + return_there)
    content = ~np.isin(cells, (delimiter, quote, _SPACE, _TAB, _LF, _CR))
    return bool(np.logical_or.reduceat(content, starts).all())
