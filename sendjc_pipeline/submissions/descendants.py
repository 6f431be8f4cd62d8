"""Which accepted rows are not the whole story: something below them was quarantined.

Belongs here: following quarantined rows up the declared tree, and the warning that says so. Does not belong here: why a row was
quarantined, or what a figure does about it. A referral whose last contact was put aside would otherwise look open for ever.
"""

from __future__ import annotations

import duckdb

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.submissions.casting import typed_name
from sendjc_pipeline.submissions.judge import kept

MESSAGE = "a row that belongs to this one, directly or further down, was kept out; what became of it is not known"
ACTION = "mend the rows that were kept out and send the files again; until then no clock counts these rows"


def incomplete_name(table: Table) -> str:
    """The table of the accepted rows with a quarantined row anywhere below them: row_id."""
    return f"incomplete_{table.name}"


def rule_name(feed: Feed, table: Table) -> str:
    """The rule under which a receipt totals them."""
    return f"{feed.name.upper()}.{table.name}.descendant.quarantined"


def mark(con: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Create `incomplete_<table>` of each table, once every table has been judged; children first, so that a mark climbs.

    Only children that settle how their parent stands are followed: a wrong need or placement leaves the dates of a case as they are.
    A quarantined child is followed by the key of its parent as sent. One whose key leads nowhere, or whose line could not be read at
    all, marks nothing: it shows in the counts of the submission only.
    """
    for table in reversed(feed.tables.values()):
        below = [
            _names_parent(child)
            for child in feed.tables.values()
            if child.parent and child.parent.table == table.name and child.settles_parent
        ]
        con.execute(
            f"create or replace table {incomplete_name(table)} as select row_id from {typed_name(table)}"
            f" where {kept(table)} and ({' or '.join(below) or 'false'})"
        )


def _names_parent(child: Table) -> str:
    assert child.parent is not None
    key = f'"{child.parent.column.lower()}"'
    marked = f"row_id in (select row_id from {incomplete_name(child)})"
    return f"{key} in (select {key} from {typed_name(child)} where not ({kept(child)}) or {marked})"
