"""Small numbers in a table of counts that is no metric table: brought into the metric shape, hidden there, and brought back.

Belongs here: the shape. Does not belong here: what is hidden (hiding.py), or which tables are such (the exposures).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sendjc_pipeline.disclosure.profiles import Known, protect


def suppress_counts(
    con: duckdb.DuckDBPyConnection, source: str, target: str, areas: str, keys: Sequence[str], count: str
) -> None:
    """Copy `source` to temporary table `target` with counts of 1 to 4 children hidden, and whatever would give one back.

    Args:
        con: the connection that holds the tables; `source` has area_id, suppression, `keys` (none of them null) and `count`.
        source: a table with one row per area and `keys`.
        target: the temporary table to create, with the columns of `source` in their order.
        areas: a table (area_id, rollup_id): which area adds up into which.
        keys: what tells one count from another apart from its area.
        count: the column that counts children.
    """
    shaped, hidden = f"{target}_shaped", f"{target}_hidden"
    told_apart = ["area_id", *keys]
    # Only what suppression needs goes through it: the table's own columns may bear any name.
    con.execute(
        f"create temp table {shaped} as select {', '.join(told_apart)}, '{count}' as metric_id, '' as time_window, 'count' as unit,"
        f" {count} as numerator, null::double as denominator, {count} as value, 'none' as suppression from {source}"
    )
    protect(con, shaped, hidden, "partner", known=Known(areas, None, None, None), keys=keys)
    columns = [name for (name,) in con.execute(f"select column_name from (describe {source})").fetchall()]
    shown = ", ".join(
        {count: f"hidden.value as {count}", "suppression": "hidden.suppression"}.get(name, f"source.{name}")
        for name in columns
    )
    same = " and ".join(f"source.{key} = hidden.{key}" for key in told_apart)
    con.execute(
        f"create temp table {target} as select {shown} from {source} as source inner join {hidden} as hidden on {same}"
    )
    for table in (shaped, hidden):
        con.execute(f"drop table {table}")
