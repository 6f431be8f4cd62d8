"""What readers of a release may rely on: its tables and columns under a semantic version, and columns kept under an old name.

Belongs here: schema.yml beside this file, what it was when the programme last went out (schema_released.yml), and judging what the change between the
two asks for. A changed meaning is a new metric_version, not a schema change.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field

from sendjc_pipeline.release.ledger import Release
from sendjc_pipeline.reporting import Quarter
from sendjc_pipeline.settings import SendjcError
from sendjc_pipeline.warehouse.connection import connect

DECLARED = Path(__file__).with_name("schema.yml")
RELEASED = Path(__file__).with_name("schema_released.yml")
KEPT_QUARTERS = 2

Columns = Mapping[str, Mapping[str, str]]


class UnknownColumn(SendjcError):
    """A renaming names a table or column that is not published."""


class Renamed(BaseModel):
    """A column that got another name; `first_quarter` is the first that was published under the new one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    old: str
    new: str
    first_quarter: str

    def gone_from(self) -> Quarter:
        """The first quarter whose releases no longer have the old name: both names stand in two quarters' releases."""
        return Quarter.parse(self.first_quarter).shift(KEPT_QUARTERS)


class Declared(BaseModel):
    """schema.yml: the version, what was renamed, and each table's columns with their types as of that version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = Field(pattern=r"\d+\.\d+\.\d+")
    renamed: tuple[Renamed, ...] = ()
    tables: dict[str, dict[str, str]] = Field(default_factory=dict)


@cache
def declared() -> Declared:
    """The committed schema."""
    return _read(DECLARED)


@cache
def released() -> Declared:
    """The schema of the programme's last version that went out."""
    return _read(RELEASED)


def _read(path: Path) -> Declared:
    return Declared.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def of_release(release: Release) -> dict[str, dict[str, str]]:
    """Table -> column -> type, as a release has them."""
    con = connect(release.folder / "marts.duckdb", read_only=True)
    try:
        rows = con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal order by table_name, column_index"
        ).fetchall()
    finally:
        con.close()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def due(before: Columns, now: Columns) -> tuple[str, list[str]]:
    """Which part of the version a change asks for (major, minor or none), and why, in words.

    Major: a table or column is gone, or its type is another: a reader's query may fail. Minor: something is new. The order of columns is no promise.
    """
    breaking, added = [], []
    for table, columns in before.items():
        if table not in now:
            breaking.append(f"table {table} is gone")
            continue
        breaking += [f"{table}.{c} is gone" for c in columns if c not in now[table]]
        breaking += [
            f"{table}.{c} was {columns[c]} and is {now[table][c]}"
            for c in columns
            if c in now[table] and now[table][c] != columns[c]
        ]
        added += [f"{table}.{c} is new" for c in now[table] if c not in columns]
    added += [f"table {table} is new" for table in now if table not in before]
    return ("major" if breaking else "minor" if added else "none"), breaking + added


def bumped(version: str, part: str) -> str:
    """The version with its major or minor part raised; the same for `none`."""
    major, minor, _ = _numbers(version)
    return {"major": f"{major + 1}.0.0", "minor": f"{major}.{minor + 1}.0"}.get(part, version)


def least(last: Declared, now: Columns) -> tuple[str, list[str]]:
    """The lowest version that tables may stand under which were as `last` says when the programme last went out, and why, in words."""
    part, why = due(last.tables, now)
    return bumped(last.version, part), why


def highest(*versions: str) -> str:
    """The highest of some versions."""
    return max(versions, key=_numbers)


def version_of(quarter: Quarter, of: Declared) -> str:
    """The version of a quarter's releases: the committed one, raised each time that an old name has gone by then of itself."""
    version = of.version
    for _ in {change.gone_from() for change in of.renamed if change.gone_from() <= quarter}:
        version = bumped(version, "major")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def keep_old_names(
    con: duckdb.DuckDBPyConnection, table: str, relation: str, quarter: Quarter, renamed: tuple[Renamed, ...]
) -> dict[str, str]:
    """Write a renamed column of the temporary table under its old name too, while that is kept; return the old names' descriptions.

    Raises:
        UnknownColumn: the table has no column of the new name, or still has one of the old.
    """
    told = {}
    for change in renamed:
        if change.table != table or quarter >= change.gone_from():
            continue
        columns = dict(con.execute(f"select column_name, column_type from (describe from {relation})").fetchall())
        if change.new not in columns or change.old in columns:
            raise UnknownColumn(
                f"schema.yml: {table}.{change.old} cannot be kept for {change.new}; see which columns {table} has."
            )
        con.execute(f"alter table {relation} add column {change.old} {columns[change.new]}")
        con.execute(f"update {relation} set {change.old} = {change.new}")
        told[change.old] = f"Old name of {change.new}; releases from {change.gone_from()} on do not have it."
    return told
