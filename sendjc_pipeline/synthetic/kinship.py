"""Which rows of a delivery belong together: the rows of one child, which refer to each other.

Belongs here: SQL over typed rows, following declared parents and the partner's identifiers of children. Does not belong here: who a child is
(population), or what is planted (planter).
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table


def person_column(feed: Feed, table: Table, spec: str) -> str | None:
    """The column that names the child, if the table has one."""
    return next((c.key for c in feed.columns(table, spec) if c.privacy == "person_id"), None)


def above_families(feed: Feed, spec: str) -> set[str]:
    """Tables that stand above the children, such as the header of a return: what befalls their rows befalls everyone."""
    named = {table.name for table in feed.tables.values() if person_column(feed, table, spec)}
    ancestors = {above.name for name in named for above in feed.ancestors(feed.tables[name])}
    return ancestors - named


def create(con: duckdb.DuckDBPyConnection, feed: Feed, spec: str) -> None:
    """Create table `family` (table_name, row_id, family): one family per child, or per row that nothing ties to a child.

    A row's family is that of the child whom it names, else of its parent row, else its own. Typed views must stand.
    """
    con.execute("create or replace table family (table_name varchar, row_id bigint, family varchar)")
    above = above_families(feed, spec)
    for table in feed.tables.values():
        own = f"'{table.name} ' || t.row_id"
        column = person_column(feed, table, spec)
        if column:
            query = f"""select t.row_id, coalesce('child ' || t."{column}", {own}) from typed_{table.name} t"""
        elif table.parent and table.parent.table not in above:
            key, parent = table.parent.column.lower(), table.parent.table
            query = f"""
                select t.row_id, coalesce(f.family, {own}) from typed_{table.name} t left join (
                    select p."{key}" as link, min(family) as family from typed_{parent} p join family using (row_id)
                    where table_name = '{parent}' group by 1) f on link = t."{key}"
            """
        else:
            query = f"select t.row_id, {own} from typed_{table.name} t"
        con.execute(f"insert into family select '{table.name}', * from ({query})")


def relation(feed: Feed, table: Table, other: Table) -> str:
    """SQL of the pairs (row_id of `table`, other: row_id of `other`) that belong together.

    The row above or the rows below where one table stands above the other; rows under the same nearest row above both; else all other
    rows of the family.
    """
    if other in feed.ancestors(table):
        return _upward(feed, table, other)
    if table in feed.ancestors(other):
        return f"select other as row_id, row_id as other from ({_upward(feed, other, table)})"
    shared = [t for t in feed.ancestors(table) if t in feed.ancestors(other)]
    if shared and any(c.privacy == "person_id" for c in shared[0].columns):
        return (
            f"select a.row_id, b.row_id as other from ({_upward(feed, table, shared[0])}) a"
            f" join ({_upward(feed, other, shared[0])}) b on a.other = b.other"
            + (" where a.row_id <> b.row_id" if other is table else "")
        )
    return (
        f"select a.row_id, b.row_id as other from family a join family b using (family) where a.table_name = '{table.name}'"
        f" and b.table_name = '{other.name}'" + (" and a.row_id <> b.row_id" if other is table else "")
    )


def _upward(feed: Feed, table: Table, ancestor: Table) -> str:
    joins, here = "", table
    for number, above in enumerate(feed.ancestors(table)):
        assert here.parent is not None
        key = here.parent.column.lower()
        joins += f' join typed_{above.name} t{number + 1} on t{number}."{key}" = t{number + 1}."{key}"'
        here = above
        if above is ancestor:
            return f"select t0.row_id as row_id, t{number + 1}.row_id as other from typed_{table.name} t0{joins}"
    raise ValueError(f"{ancestor.name} is not above {table.name}")
