"""New cells and vanished rows, spread over the raw tables of a delivery on the bench.

Belongs here: the SQL that turns what is wished into changed tables, and tells where each row has come to stand. Does not belong here: how a cell is
worked out (breaking), or which rows are taken (planting).
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.readers import raw_name
from sendjc_pipeline.synthetic import kinship
from sendjc_pipeline.synthetic.fault_book import Fault

_WISH = (
    "create or replace table wish"
    " (source varchar, row_id bigint, fault integer, target varchar, column_key varchar, cell varchar,"
    " is_relative boolean)"
)
_CHANGE = (
    "create or replace table change (target varchar, row_id bigint, copied integer, column_key varchar, cell varchar)"
)
_PLACE = "create or replace table place (table_name varchar, row_id bigint, copied integer, sheet varchar, source_row bigint)"


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables: `wish` (filled by breaking), `change` and `gone` (by `spread`), `place` (by `rewrite`)."""
    con.execute(f"{_WISH}; {_CHANGE}; {_PLACE}; create or replace table gone (target varchar, row_id bigint)")


def spread(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table, number: int, fault: Fault) -> None:
    """Turn the wishes of one fault into changes of its own row (or of a copy of it), of relatives, and into rows that go."""
    mine = f"from wish where fault = {number} and source = '{table.name}'"
    copied = str(number) if fault.is_copy else "null::integer"
    if fault.is_copy:
        # A copy with nothing changed needs a mark, too; no column has an empty name.
        con.execute(
            f"insert into change select '{table.name}', row_id, {number}, '', null from pick where picked_fault = {number}"
        )
    con.execute(f"insert into change select target, row_id, {copied}, column_key, cell {mine} and not is_relative")
    for name in fault.also:
        other, key = feed.tables[name.split(".")[0]], name.split(".")[1].lower()
        chosen = f"select row_id, cell {mine} and is_relative and target = '{other.name}' and column_key = '{key}'"
        if other is table and fault.is_copy:
            linked = "select row_id as other, cell from (" + chosen + ")"
        else:
            relation = kinship.relation(feed, table, other)
            linked = f"select other, cell from ({chosen}) join ({relation}) using (row_id)"
        con.execute(f"insert into change select distinct '{other.name}', other, null, '{key}', cell from ({linked})")
    for name in fault.drop:
        first = feed.tables[name]
        below = [first, *(t for t in feed.tables.values() if first in feed.ancestors(t))]
        relation = kinship.relation(feed, table, first)
        con.execute(
            f"create or replace temp table falling as select distinct other from ({relation})"
            f" where row_id in (select row_id from pick where picked_fault = {number})"
        )
        for low in below:
            rows = "select other from falling"
            if low is not first:
                rows = f"select other from ({kinship.relation(feed, first, low)}) where row_id in (from falling)"
            con.execute(f"insert into gone select '{low.name}', other from ({rows})")


def rewrite(con: duckdb.DuckDBPyConnection, feed: Feed, table: Table, is_tree: bool) -> None:
    """Make a raw table anew with its changed cells, its copies at the end and without the rows that go; tell in `place` where each row stands."""
    raw, name = raw_name(table.name), table.name
    touched = f"select 1 from change where target = '{name}' union all select 1 from gone where target = '{name}'"
    if not is_tree and not con.execute(f"select 1 from ({touched}) limit 1").fetchone():
        con.execute(f"insert into place select '{name}', rowid, null, source_sheet, source_row from {raw}")
        return
    cells = ", ".join(
        f"""case when map_contains(new_cells, '{c.key}') then new_cells['{c.key}'] else "{c.key}" end as "{c.key}\""""
        for c in table.columns
    )
    con.execute(f"""
        create or replace table rewritten as
        with mine as (
            select row_id, copied, map_from_entries(list(struct_pack(k := column_key, v := cell))) as new_cells
            from (select distinct on (row_id, copied, column_key) * from change where target = '{name}') group by all),
        sound as (select rowid as row_id, * from {raw}),
        every as (
            select null::integer as copied, sound.* from sound
            where row_id not in (select row_id from gone where target = '{name}')
            union all by name select copied, sound.* from mine join sound using (row_id) where copied is not null)
        select every.row_id, every.copied, {cells}, source_file, source_sheet
        from every left join mine on every.row_id = mine.row_id and every.copied is not distinct from mine.copied
    """)
    link, order = "rewritten", "copied nulls first, row_id"
    if is_tree and table.parent:
        # In a document a row stands inside its parent, after all that stands inside the parents before it.
        link = (
            f"(select r.*, p.source_row as above from rewritten r left join"
            f" ({kinship.relation(feed, table, feed.tables[table.parent.table])}) k on k.row_id = r.row_id left join place p"
            f" on p.row_id = k.other and p.copied is null and p.table_name = '{table.parent.table}')"
        )
        order = f"above nulls first, {order}"
    con.execute(f"""
        insert into place select '{name}', row_id, copied, source_sheet,
            1 + row_number() over (partition by source_file, source_sheet order by {order}) from {link}
    """)
    con.execute(f"""
        create or replace table {raw} as
        select rewritten.* exclude (row_id, copied), place.source_row from rewritten
        join place on place.row_id = rewritten.row_id and place.copied is not distinct from rewritten.copied
            and place.table_name = '{name}'
        order by rewritten.copied nulls first, rewritten.row_id
    """)
