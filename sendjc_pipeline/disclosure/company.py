"""No hidden count alone: the counts of a rounded table brought into the metric shape, so that what is hidden for another's sake is found as it is there.

Belongs here: the shape, and which counts of which rows come back hidden. Does not belong here: what is hidden (hiding.py), how it is shown
(rounding.py), or what the columns of a table mean (the exposures).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import duckdb

from sendjc_pipeline.disclosure.profile import profile
from sendjc_pipeline.disclosure.profiles import Known, protect


def hide_in_company(
    con: duckdb.DuckDBPyConnection,
    table: str,
    counts: Sequence[str],
    keys: Sequence[str],
    shape: Mapping[str, str],
    areas: str,
) -> None:
    """Add to a temporary table a column hidden_<count> for each count: whether the open profile hides it, shown or not for its own sake.

    Args:
        con: the connection that holds the tables.
        table: a temporary table with `counts` and `keys`; its rows are put in the order of their keys.
        counts: the columns that count, none of them null.
        keys: what tells its rows apart; area_id among them says which rows are of an area, and of which whole.
        shape: a column of the metric shape, such as breakdown or service -> SQL over the table; Total says of the last that a row is the whole of others. Keys
            that stand in none of these tell apart what has nothing to do with each other.
        areas: a table (area_id, rollup_id): which area adds up into which; empty where the table knows no areas.
    """
    shaped, hidden = f"{table}_shaped", f"{table}_hidden"
    placed = {"area_id": "area_id", **shape} if "area_id" in keys else dict(shape)
    used = set(re.findall(r"\w+", " ".join(placed.values())))
    apart = " || '|' || ".join(f"coalesce({key}::varchar, '')" for key in keys if key not in used) or "''"
    listed = ", ".join(f"{expression} as {name}" for name, expression in placed.items())
    con.execute(
        f"create or replace temp table {table} as select *, row_number() over (order by {', '.join(keys)}) as row_at from {table}"
    )
    each = [
        f"select '{name}' as metric_id, {listed + ', ' if listed else ''}{apart} as apart, 'count' as unit, {name} as numerator, row_at from {table}"
        for name in counts
    ]
    # What has no small count has nothing to hide; by far the most of a large area's.
    touched = (
        f"qualify bool_or(numerator between 1 and {profile('open').hidden_up_to}) over (partition by metric_id, apart)"
    )
    con.execute(f"create or replace temp table {shaped} as select * from ({' union all '.join(each)}) {touched}")
    if con.execute(f"select 1 from {shaped} limit 1").fetchone() is None:
        con.execute(
            f"create or replace temp table {hidden} as select row_at, metric_id, 'none' as suppression from {shaped}"
        )
    else:
        protect(con, shaped, hidden, "open", known=Known(areas or None, None, None, None), keys=["apart"])
    marks = ", ".join(
        f"bool_or(metric_id = '{name}' and suppression in ('primary', 'secondary')) as hidden_{name}" for name in counts
    )
    found = ", ".join(f"coalesce(marks.hidden_{name}, false) as hidden_{name}" for name in counts)
    con.execute(
        f"create or replace temp table {table} as select one.* exclude (row_at), {found} from {table} as one"
        f" left join (select row_at, {marks} from {hidden} group by row_at) as marks on one.row_at = marks.row_at order by one.row_at"
    )
    for relation in (shaped, hidden):
        con.execute(f"drop table {relation}")
