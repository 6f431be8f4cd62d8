"""What differs between two states of the published tables, cell by cell.

Belongs here: comparing rows by the keys that dbt declares. Does not belong here: why a cell differs (causes.py), or how it is told (commands/releases.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

DIMENSIONS = (
    "metric_id", "area_id", "quarter", "month", "time_window", "service", "tier", "breakdown_topic", "breakdown",
)  # fmt: skip
"""Key columns that have a column of their own in the ledger; every other key is told in `row_key`."""

_CONTEXT = ("suppression", "value_status", "source_feeds", "topic")
_FIGURE = ("metric_id", "area_id", "quarter")


@dataclass(frozen=True)
class Side:
    """One state of a table: SQL that selects from it, and its columns in order."""

    relation: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, relation: str) -> Side:
        """Read the columns of a relation; `release_id` says nothing of a figure and is left out."""
        names = [str(name) for (name,) in con.execute(f"select column_name from (describe from {relation})").fetchall()]
        return cls(relation, tuple(name for name in names if name != "release_id"))


def compare(
    con: duckdb.DuckDBPyConnection, target: str, tables: Mapping[str, tuple[Side, Side, Sequence[str]]]
) -> None:
    """Make temporary table `target`: one row per cell that differs between the two sides of each table, given its key.

    A row that only one side has is one row: of column `value` where the table has one, else of `*`. A table without a key is compared by whole
    rows. Where either side hides a cell, neither shows its number. Columns that only one side has are a change of schema and no change of a cell.
    `is_first` marks a row of a metric of which the old side told nothing for that area and quarter, so that a new part of a known figure is none.
    """
    columns = ", ".join(f"{name} varchar" for name in DIMENSIONS)
    context = ", ".join(f"{end}_{name} varchar" for end in ("old", "new") for name in _CONTEXT)
    con.execute(
        f"create or replace temp table {target} (table_name varchar, {columns}, row_key varchar, change varchar, is_first boolean,"
        f" column_name varchar, old_value varchar, new_value varchar, {context})"
    )
    for name, (old, new, key) in sorted(tables.items()):
        con.execute(f"insert into {target} {_differences(name, old, new, key)}")


def _differences(table: str, old: Side, new: Side, key: Sequence[str]) -> str:
    common = [name for name in new.columns if name in old.columns]
    keys = [name for name in (key or common) if name in common]
    cells = [name for name in common if name not in keys]
    said = "value" if "value" in cells else "*"
    same = " and ".join(f"o.{name} is not distinct from n.{name}" for name in keys) or "true"
    told = {name: f"coalesce(n.{name}::varchar, o.{name}::varchar)" for name in keys}
    dimensions = ", ".join(f"{told.get(name, 'null')} as {name}" for name in DIMENSIONS)
    rest = [name for name in keys if name not in DIMENSIONS]
    row_key = f"to_json({{{', '.join(f'{name}: {told[name]}' for name in rest)}}})" if rest else "''"
    context = ", ".join(
        f"{side}.{name}::varchar as {end}_{name}" if name in columns else f"null as {end}_{name}"
        for end, side, columns in (("old", "o", old.columns), ("new", "n", new.columns))
        for name in _CONTEXT
    )
    figure = [name for name in _FIGURE if name in keys] if "metric_id" in keys else []
    known = " and ".join(f"k.{name} is not distinct from n.{name}" for name in figure) or "false"
    pairs = [_pair(name, f"o.{name}::varchar", f"n.{name}::varchar") for name in cells]
    whole = _pair(said, *(f"{side}.value::varchar" if said == "value" else "null" for side in ("o", "n")))
    differing = (
        f"list_filter([{', '.join(pairs)}], lambda c: c.old_value is distinct from c.new_value)" if pairs else "[]"
    )
    hidden = "coalesce(old_suppression, 'none') in ('primary', 'secondary') or coalesce(new_suppression, 'none') in ('primary', 'secondary')"
    kept = "cell.column_name in ('suppression', 'value_status', 'dq_reason')"
    old_value, new_value = (f"case when not ({hidden}) or {kept} then cell.{end}_value end" for end in ("old", "new"))
    context_names = ", ".join(f"{end}_{name}" for end in ("old", "new") for name in _CONTEXT)
    return f"""
        with joined as (
            select {dimensions}, {row_key} as row_key, {context}, {bool(figure)} and o.is_there is null and k.is_there is null as is_first,
                case when o.is_there is null then 'added' when n.is_there is null then 'gone' else 'changed' end as change,
                case when o.is_there is null or n.is_there is null then [{whole}] else {differing} end as cells
            from (select *, true as is_there from {old.relation}) as o
            full outer join (select *, true as is_there from {new.relation}) as n on {same}
            left join (select distinct {", ".join([*figure, "true as is_there"])} from {old.relation}) as k on {known}
        ),
        cells as (select * exclude (cells), unnest(cells) as cell from joined)
        select '{table}', {", ".join(DIMENSIONS)}, row_key, change, is_first, cell.column_name, {old_value}, {new_value}, {context_names}
        from cells"""


def _pair(column: str, old: str, new: str) -> str:
    return f"{{column_name: '{column}', old_value: {old}, new_value: {new}}}"
