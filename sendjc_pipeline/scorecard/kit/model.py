"""The tables of a release as a BI tool sees them: columns with types, and which column of which table looks up which other.

Belongs here: the relations between published tables, as data. A relation is only kept where both tables are in the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sendjc_pipeline.scorecard.bundle import commented, torn


@dataclass(frozen=True)
class Column:
    """A column with DuckDB's type and its description."""

    name: str
    kind: str
    says: str


@dataclass(frozen=True)
class Sheet:
    """A published table: its name, its place in the release, its description and its columns."""

    name: str
    path: str
    says: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class Relation:
    """`table.column` of many rows looks up one row of `to_table.to_column`."""

    table: str
    column: str
    to_table: str
    to_column: str


_KEYS = {"area": "area_id", "metric_definition": "metric_id", "clock_rule": "clock_id"}


def sheets(release: Path) -> list[Sheet]:
    """Every table of the release, by name."""
    con = commented(release)
    try:
        tables = con.execute("select table_name, comment from duckdb_tables() order by 1").fetchall()
        rows = con.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() order by table_name, column_index"
        ).fetchall()
    finally:
        con.close()
    found = []
    for name, says in tables:
        path = next((p for p in (f"{name}.parquet", f"tables/{name}.parquet") if (release / p).is_file()), None)
        if path is None:
            raise torn(release / "tables" / f"{name}.parquet")
        columns = [Column(column, kind, comment or "") for table, column, kind, comment in rows if table == name]
        found.append(Sheet(name, path, says or "", columns))
    return found


def relations(tables: Sequence[Sheet]) -> list[Relation]:
    """From each table with an area, metric or clock to the table that describes it."""
    names = {table.name for table in tables}
    return [
        Relation(table.name, key, target, key)
        for table in tables
        for target, key in _KEYS.items()
        # One that others look up looks up none itself: from a figure to a clock there would be two ways, and BI tools refuse that.
        if target in names and table.name not in _KEYS and any(column.name == key for column in table.columns)
    ]
