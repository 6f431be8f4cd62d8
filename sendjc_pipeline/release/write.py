"""Write one release folder, whole, under a name that nobody reads yet.

Belongs here: files and hashes. Does not belong here: whether to publish, what to hide, or where the pointer goes (publish.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sendjc_pipeline.release import datapackage
from sendjc_pipeline.warehouse.connection import connect

# Adds files to a release's folder, told what the manifest will say.
Further = Callable[[Path, Mapping[str, Any]], object]

ROOT_TABLES = ("metric_quarterly", "metric_monthly")  # their place is promised; every other table lies in tables/


@dataclass(frozen=True)
class PublishedTable:
    """A table of the release: `relation` is what to copy, `columns` tells each column's description, `key` tells a row from others (or is empty).

    `small_numbers` is how the exposure wants small numbers treated (tables.hide_small_numbers), or empty. `terms` is under which purpose, legal basis
    and disclosure profile it leaves the warehouse.
    """

    name: str
    relation: str
    description: str
    columns: Mapping[str, str]
    small_numbers: Mapping[str, Any] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    terms: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its place in the release."""
        return f"{self.name}.parquet" if self.name in ROOT_TABLES else f"tables/{self.name}.parquet"


def relation_of(path: Path) -> str:
    """SQL that reads a Parquet file."""
    return f"read_parquet('{_quoted(path)}')"


def write_release(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    release_id: str,
    tables: list[PublishedTable],
    manifest: Mapping[str, Any],
    further: Sequence[Further] = (),
) -> None:
    """Fill `folder` (made afresh) with Parquet, marts.duckdb, what each of `further` adds, datapackage.json and, last, manifest.json; flush it to the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tables").mkdir(parents=True)
    entries = {}
    for table in tables:
        path = folder / table.path
        written = con.execute(
            f"copy (select '{release_id}' as release_id, * from {table.relation} order by all)"
            f" to '{_quoted(path)}' (format parquet, compression zstd)"
        ).fetchone()
        entries[table.path] = {
            "rows": written[0] if written else 0, "sha256": sha256(path), "bytes": path.stat().st_size, "key": list(table.key), **table.terms,
        }  # fmt: skip
    fields = _write_duckdb(folder, tables)
    about = {"release_id": release_id, **manifest}
    for add in further:
        add(folder, about)
    package = datapackage.describe(folder, about, tables, fields)
    (folder / "datapackage.json").write_text(_json(package))
    others = sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).as_posix() not in entries)
    files = {p.relative_to(folder).as_posix(): {"sha256": sha256(p), "bytes": p.stat().st_size} for p in others}
    (folder / "manifest.json").write_text(_json({**about, "tables": entries, "files": files}))
    for path in (*folder.rglob("*"), folder):
        _flush(path)


def _write_duckdb(folder: Path, tables: list[PublishedTable]) -> dict[str, list[tuple[str, str]]]:
    """The same tables in one file with a comment on every table and column, and nothing but what is released; return each table's columns and types.

    One transaction: with one for each of some 700 comments this took four times as long.
    """
    con = connect(folder / "marts.duckdb")
    try:
        made = [f"create table {table.name} as from {relation_of(folder / table.path)}" for table in tables]
        con.execute("; ".join(["begin", *made]))
        fields: dict[str, list[tuple[str, str]]] = {table.name: [] for table in tables}
        for name, column, kind in con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal order by table_name, column_index"
        ).fetchall():
            fields[name].append((column, kind))
        con.execute(
            "; ".join([*(comment for table in tables for comment in _comments(table, fields[table.name])), "commit"])
        )
    finally:
        con.close()
    return fields


def _comments(table: PublishedTable, fields: list[tuple[str, str]]) -> list[str]:
    columns = [f"comment on column {table.name}.{c} is '{_quoted(table.columns.get(c, ''))}'" for c, _ in fields]
    return [f"comment on table {table.name} is '{_quoted(table.description)}'", *columns]


def _json(content: object) -> str:
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
