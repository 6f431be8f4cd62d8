"""From numbered lines to records and fields, in SQL: quoting, line breaks inside cells, ragged lines.

Belongs here: the grammar of a delimited file. Does not belong here: which file holds which table (`csv_tables`), bytes
and encodings (`textfile`), or the meaning of a cell.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.readers import FileRejected, plain, raw_name, rule_code
from sendjc_pipeline.submissions.readers.encoding import TextFile
from sendjc_pipeline.submissions.readers.textfile import load_lines, needs_quote_rules

RAGGED = "the line has {found} cells and the header {expected}"
MALFORMED = "a quote mark is not closed, or stands inside a cell that is not quoted"
# A cell with more line breaks than this is an unclosed quote mark that happened to meet another one.
_MAX_LINES_IN_CELL = 200
# Beyond these a file is no table of ours, and going through it line by line would serve nobody.
_MANY_LINES, _MAX_UNFIT = 100_000, 500_000


@dataclass(frozen=True)
class Loaded:
    """What reading a file came to.

    Blank lines hold nothing, yet Excel numbers them, and so do we. `is_trimmed`: it was seen that no cell begins or ends with a blank.
    """

    blank_lines: int
    is_trimmed: bool


def read_delimited(
    con: duckdb.DuckDBPyConnection,
    feed: Feed,
    table: Table,
    text: TextFile,
    positions: dict[str, int],
    width: int,
    *,
    is_alone: bool = False,
) -> Loaded:
    """Append the file's rows to the raw table and its unusable lines to `raw_reject`.

    `positions` is {column key: place from 1 in the file}; a declared column that is not in it becomes NULL. `width` is the
    number of cells in the header; a line with another number is rejected with its row. `is_alone` says that the table has no
    other file. A file in which nothing is odd takes the short way of `plain`; what comes out is the same.
    """
    load = partial(plain.load, con, table, text.path, text.name, feed.dialect, positions, width, is_alone=is_alone)
    supposed = plain.suppose(text.path, feed.dialect)
    # A large file is loaded as what it seems to be while another thread looks whether it is so: both leave Python to itself.
    with ThreadPoolExecutor(1) as looking:
        looked = looking.submit(plain.look, text.path, feed.dialect, width)
        if supposed is not None and load(supposed, proof=looked.result):
            return Loaded(0, supposed.is_trimmed)
        seen = looked.result()
    if seen is not None and load(seen):
        return Loaded(0, seen.is_trimmed)
    return Loaded(_read_by_rule(con, feed, table, text, positions, width), is_trimmed=False)


def _read_by_rule(
    con: duckdb.DuckDBPyConnection, feed: Feed, table: Table, text: TextFile, positions: dict[str, int], width: int
) -> int:
    _refuse_crumbs(text, feed, width)
    load_lines(con, text, feed)
    quoted = needs_quote_rules(con, feed.dialect)
    _number_records(con, feed.dialect.delimiter, feed.dialect.quote if quoted else None, width)
    _split(con, feed.dialect.delimiter, feed.dialect.quote if quoted else None)
    unfit = con.execute(
        "select count(*) from csv_cells where not is_blank and len(cells) is distinct from ?", [width]
    ).fetchone()
    if unfit and unfit[0] > _MAX_UNFIT:
        raise _unfit(text, feed, f"more than {_MAX_UNFIT:,} lines do not have the cells of the header")
    cells = ", ".join(
        f'cells[{positions[c.key]}] as "{c.key}"' if c.key in positions else "null" for c in table.columns
    )
    con.execute(
        f"insert into {raw_name(table.name)} select {cells}, ?, null, source_row from csv_cells"
        " where not is_blank and len(cells) = ?",
        [text.name, width],
    )
    con.execute(
        """insert into raw_reject select ?, ?, null, source_row,
            case when cells is null then ? else replace(?, '{found}', len(cells)::varchar) end, record
            from csv_cells where not is_blank and len(cells) is distinct from ?""",
        [table.name, text.name, MALFORMED, RAGGED.replace("{expected}", str(width)), width],
    )
    blank = con.execute("select count(*) from csv_cells where is_blank").fetchone()
    con.execute("drop table csv_cells; drop table csv_line")
    return int(blank[0]) if blank else 0


def _refuse_crumbs(text: TextFile, feed: Feed, width: int) -> None:
    """Refuse a long file whose lines are, on average, shorter than a row of nothing but delimiters."""
    size = text.path.stat().st_size
    with text.path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    if lines > _MANY_LINES and lines * width > size:
        raise _unfit(text, feed, f"most of its {lines:,} lines are blank or too short for a row")


def _unfit(text: TextFile, feed: Feed, message: str) -> FileRejected:
    remedy = "Export the table again; this is not a table under its header."
    return FileRejected(rule_code(feed, "unreadable"), text.name, message, remedy)


def _number_records(con: duckdb.DuckDBPyConnection, delimiter: str, quote: str | None, width: int) -> None:
    """Create the view `csv_record` (source_row, record) without the header; a line break inside a quoted cell joins lines.

    A line with an odd number of quote marks opens such a cell if all its cells but the last are whole, the next odd line closes it if it
    goes on with whole cells, and the two are believed if they make up as many cells as the header has and no line between them is a
    row of its own: two stray marks, some lines apart, would else swallow the rows between. Any other odd line is malformed
    and stands alone, so that one stray mark spoils one row and not the rest of the file.
    """
    con.execute(
        "create or replace temp view csv_record as select rowid + 1 as source_row, line as record from csv_line where rowid > 0"
    )
    if quote is None:
        return
    d, q = re.escape(delimiter), re.escape(quote)
    cell, inside = _cell(delimiter, quote), f"(?:[^{q}]|{q}{q})*"
    opening, closing = f"(?:(?:{cell}){d})*{q}{inside}", f"{inside}{q}(?:{d}(?:{cell}))*"
    con.execute(f"""
        create or replace temp table csv_span as
        with odd as (
            select rowid as n, row_number() over (order by rowid) as place, line
            from csv_line where (length(line) - length(replace(line, '{quote}', ''))) % 2 = 1),
        pair as (
            select a.n as first_n, b.n as last_n, a.place
            from odd a join odd b on b.place = a.place + 1
            where b.n - a.n <= {_MAX_LINES_IN_CELL}
                and regexp_full_match(a.line, '(?s){opening}') and regexp_full_match(b.line, '(?s){closing}')),
        -- One row per line of a pair and a join on equal numbers: a join on a range took a minute for half a million pairs.
        whole as (
            select first_n, last_n, place, string_agg(l.line, chr(10) order by n) as record,
                bool_or(n > first_n and n < last_n and {width} > 1 and not contains(l.line, '{quote}')
                    and length(l.line) - length(replace(l.line, '{delimiter}', '')) = {width} - 1) as swallows_a_row
            from (select *, unnest(range(first_n, last_n + 1)) as n from pair) p join csv_line l on l.rowid = p.n group by all),
        believed as (
            select *, place - row_number() over (order by place) as chain from whole
            where not swallows_a_row and len(regexp_extract_all('{delimiter}' || record, '(?s){d}(?:{cell})')) = {width}
                and regexp_full_match(record, '(?s)(?:{cell})(?:{d}(?:{cell}))*'))
        -- A line that may close one cell and open another stands in two pairs of a chain: the earlier pair has it.
        select first_n, last_n, record from believed
        qualify row_number() over (partition by chain order by place) % 2 = 1
    """)
    spans = con.execute("select count(*) from csv_span").fetchone()
    if not spans or not spans[0]:
        return
    con.execute("""
        create or replace temp view csv_record as
        with inside as (select unnest(range(first_n, last_n + 1)) as n from csv_span),
        every as (
            select first_n as n, record from csv_span
            union all select rowid, line from csv_line where rowid not in (from inside))
        select row_number() over (order by n) as source_row, record from every qualify n > 0
    """)


def _split(con: duckdb.DuckDBPyConnection, delimiter: str, quote: str | None) -> None:
    """Create `csv_cells` (source_row, record, cells VARCHAR[] or NULL when malformed, is_blank)."""
    plain = f"string_split(record, '{delimiter}')"
    cells = plain
    if quote is not None:
        d, cell = re.escape(delimiter), _cell(delimiter, quote)
        # Every match begins with a delimiter and so is never empty: an empty match at the start would make the search skip a cell.
        by_rule = f"list_transform(regexp_extract_all('{delimiter}' || record, '(?s){d}({cell})', 1), lambda c: {_unquoted('c', quote)})"
        between = f"string_split(record[2:-2], '{quote}{delimiter}{quote}')"
        marks = f"length(record) - length(replace(record, '{quote}', ''))"
        cells = f"""case when not contains(record, '{quote}') then {plain}
            when starts_with(record, '{quote}') and ends_with(record, '{quote}') and {marks} = 2 * len({between}) then {between}
            when regexp_full_match('{delimiter}' || record, '(?s)({d}({cell}))*') then {by_rule} end"""
    con.execute(f"""
        create or replace temp table csv_cells as
        select *, cells is not null and trim(record, '{delimiter}{quote or ""} ' || chr(9)) = '' as is_blank
        from (select source_row, record, {cells} as cells from csv_record)
    """)


def _cell(delimiter: str, quote: str) -> str:
    d, q = re.escape(delimiter), re.escape(quote)
    return f"{q}(?:[^{q}]|{q}{q})*{q}|[^{d}{q}]*"


def _unquoted(cell: str, quote: str) -> str:
    return f"case when starts_with({cell}, '{quote}') then replace({cell}[2:-2], '{quote}{quote}', '{quote}') else {cell} end"
