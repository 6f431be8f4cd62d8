"""Many families out of few: a delivery of CSV tables, written again with every row as often as is asked, under fresh ids.

Belongs here: the making of large deliveries for measurements. Does not belong here: what is measured. Links between the rows hold,
NHS numbers (999 range) and UPNs are valid and distinct, and all else is as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from sendjc_pipeline import feeds
from sendjc_pipeline.feeds.model import Table
from sendjc_pipeline.submissions.macros import UPN_LETTERS, create_macros
from sendjc_pipeline.warehouse.connection import connect

_IDS = ("record_id", "person_id")


def write_copies(feed_name: str, files: Sequence[Path], out: Path, copies: int) -> list[Path]:
    """Write each file into `out` with `copies` copies of every row; the one row of a header table stays one.

    The tables are told by the file patterns of the feed. At most 900,000 NHS numbers and 100 million UPNs exist to be given out.
    """
    feed = feeds.load(feed_name)
    con = connect()
    create_macros(con)
    con.execute("""
        create table nhs as select row_number() over () - 1 as n, code from (
            select '999' || lpad(body::varchar, 6, '0') || digit as code from range(1000000) b(body), range(10) d(digit)
        ) where sendjc_nhs_is_valid(code)
    """)
    out.mkdir(parents=True, exist_ok=True)
    tables = [(_table(tuple(feed.tables.values()), path), path) for path in files]
    for table, path in tables:
        con.execute(
            f"create table sent_{table.name} as select row_number() over () - 1 as n, * from"
            f" read_csv('{path}', all_varchar=true, header=true, quote='\"', escape='\"')"
        )
    single = {table.name for table, _ in tables if _count(con, table) == 1 and not table.parent}
    fixed = {name.lower() for table, _ in tables if table.name in single for name in table.key}
    return [_write(con, table, path, out, 1 if table.name in single else copies, fixed) for table, path in tables]


def write_repeated(sent: Path, target: Path, element: str, size: int) -> None:
    """Write an XML return with all its `element`s repeated, as they are, until it has about `size` bytes."""
    content = sent.read_bytes()
    last = f"</{element}>".encode()
    first, end = content.index(f"<{element}>".encode()), content.rindex(last) + len(last)
    with target.open("wb") as out:
        out.write(content[:first])
        for _ in range(max(1, round(size / (end - first)))):
            out.write(content[first:end])
        out.write(content[end:])


def _write(con: duckdb.DuckDBPyConnection, table: Table, path: Path, out: Path, copies: int, fixed: set[str]) -> Path:
    declared = {column.key: column for column in table.columns}
    rows = _count(con, table)
    names = [str(row[0]) for row in con.execute(f"describe sent_{table.name}").fetchall()][1:]
    joins, cells = "", []
    for name in names:
        column = declared.get(name.lower())
        cell = f's."{name}"'
        if column is not None and column.privacy in _IDS and column.key not in fixed and copies > 1:
            cell = _fresh(cell)
        elif column is not None and column.type == "nhs_number":
            joins = f"left join nhs on nhs.n = (s.n + {rows} * k) % 900000"
            cell = f"case when {cell} is not null then nhs.code end"
        elif column is not None and column.type == "upn":
            joins = f"left join upn on upn.n = s.n + {rows} * k"
            cell = f"case when {cell} is not null then upn.code end"
            _make_upns(con, rows * copies)
        cells.append(f'{cell} as "{name}"')
    target = out / path.name
    con.execute(
        f"copy (select {', '.join(cells)} from sent_{table.name} s cross join range({copies}) c(k) {joins} order by k, s.n)"
        f" to '{target}' (header, delimiter ',', quote '\"', null '')"
    )
    return target


def _fresh(cell: str) -> str:
    """Another id for each copy. Numbers are spread by a multiplication modulo a prime, which maps no two onto one: ids in order compress too well."""
    spread = f"((try_cast({cell} as hugeint) * 10000 + k) * 736878712357 % 999999999989)::varchar"
    return (
        f"case when regexp_full_match({cell}, '[0-9]{{1,8}}') then {spread} else {cell} || lpad(k::varchar, 4, '0') end"
    )


def _make_upns(con: duckdb.DuckDBPyConnection, wanted: int) -> None:
    con.execute(f"""
        create or replace table upn as select n, letter || rest as code
        from (select n, '892' || lpad(n::varchar, 8, '0') || '0' as rest from range({wanted}) r(n)),
            (select unnest(string_split('{UPN_LETTERS}', '')) as letter) where sendjc_upn_is_valid(letter || rest)
    """)


def _count(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    row = con.execute(f"select count(*) from sent_{table.name}").fetchone()
    return int(row[0]) if row else 0


def _table(tables: tuple[Table, ...], path: Path) -> Table:
    return next(t for t in tables if any(fnmatchcase(path.name.lower(), p.lower()) for p in t.file))
