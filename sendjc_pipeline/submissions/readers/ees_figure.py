"""The data files of a DfE open-data release made long: one row per cell, in SQL.

Here: loading a file as text and the view over all of them. Not here: headers (ees_layout.py), archives (archive.py),
the choice of files (ees_zip.py), or the meaning of a marker.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.feeds.model import Feed
from sendjc_pipeline.submissions.readers import FileRejected, FileWarning, empty_raw_table, raw_name
from sendjc_pipeline.submissions.readers.ees_layout import Sent, layout, not_text, read_header, undeclared


def read_figures(con: duckdb.DuckDBPyConnection, feed: Feed, files: Sequence[Sent]) -> list[FileWarning]:
    """Make raw_figure: a view over the loaded files, because as a table its four million cells fill the memory limit.

    The view has a column `rowid` beside the columns that every raw table has, as tables have one by nature.

    Raises:
        FileRejected: <FEED>.file.empty, .encoding or .missing_column, the first fault with the others in `also`.
    """
    view = empty_raw_table(con, feed.tables["figure"])
    headers: dict[Sent, list[str]] = {}
    faults: list[FileRejected] = []
    for item in files:
        try:
            headers[item] = read_header(feed, item)
        except FileRejected as fault:
            faults.append(fault)
    if faults:
        first, *others = faults
        raise FileRejected(first.rule, first.file, first.message, first.remedy, others)
    parts: list[str] = []
    cells = 0
    for number, (item, names) in enumerate(headers.items()):
        broken = _load(con, feed, number, item, names)
        parts.append(_long(feed, number, cells, item, names, broken))
        cells += _cells(con, feed, number, item, names)
    if parts:
        con.execute(f"drop table {view}")
        con.execute(f"create view {view} as {' union all '.join(parts)}")
    return [warning for item, names in headers.items() for warning in undeclared(feed, item, names)]


def _load(con: duckdb.DuckDBPyConnection, feed: Feed, number: int, item: Sent, names: Sequence[str]) -> list[int]:
    """Load a file as sent, its broken lines to raw_reject; returns the numbers of those lines, ascending."""
    columns = dict.fromkeys(names, "VARCHAR")
    try:
        con.execute(
            f"""
            create or replace table ees_wide_{number} as
            select *, row_number() over () as good_row
            from read_csv(?, columns = {columns}, auto_detect = false, header = false, skip = 1, delim = ',',
                quote = '"', escape = '"', ignore_errors = true, store_rejects = true,
                rejects_table = 'ees_reject', rejects_scan = 'ees_reject_scan')
            """,
            [str(item.path)],
        )
    except duckdb.Error:
        raise not_text(feed, item) from None
    broken = con.execute(
        f"""
        insert into raw_reject
        select '{raw_name("figure").removeprefix("raw_")}', ?, null, line,
            'the line has more or fewer cells than the header, or is not text', any_value(csv_line)
        from ees_reject group by line returning source_row
        """,
        [item.name],
    ).fetchall()
    con.execute("drop table ees_reject; drop table ees_reject_scan")
    return sorted(line for (line,) in broken)


def _cells(con: duckdb.DuckDBPyConnection, feed: Feed, number: int, item: Sent, names: Sequence[str]) -> int:
    counted = con.execute(f"select count(*) from ees_wide_{number}").fetchone()
    return (int(counted[0]) if counted else 0) * len(layout(feed.name).figures(item.stem, names))


def _long(feed: Feed, number: int, first: int, item: Sent, names: Sequence[str], broken: Sequence[int]) -> str:
    """The SELECT that makes a file long; its row ids count from `first`, without a gap, as those of a table do."""
    figures = layout(feed.name).figures(item.stem, names)
    made = {"file": f"'{item.stem}'", "measure": "measure", "value_text": "value_text"}
    sent = {name: name for name in layout(feed.name).files[item.stem].identity}
    columns = (f"{(made | sent).get(c.key, 'null::varchar')} as {c.key}" for c in feed.tables["figure"].columns)
    row_id = f"{first} + (good_row - 1) * {len(figures)} + list_position({figures}, measure) - 1"
    # Good rows were numbered without the broken lines: a good row stands below the n-th broken line if its number is
    # greater than that line's, less the header and the broken lines up to it.
    before = [line - 1 - place for place, line in enumerate(broken, start=1)]
    line = " + ".join(["good_row", "1", *(f"(good_row > {limit})::integer" for limit in before)])
    places = ", ".join(f'"{name}"' for name in figures)
    return (
        f"select {row_id} as rowid, {', '.join(columns)}, '{item.name.replace(chr(39), chr(39) * 2)}' as source_file,"
        f" null::varchar as source_sheet, {line} as source_row"
        f" from (from ees_wide_{number} unpivot include nulls (value_text for measure in ({places})))"
    )
