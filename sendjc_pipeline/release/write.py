"""Write one release folder, whole, under a name that nobody reads yet.

Belongs here: files and hashes. Does not belong here: whether to publish, what to hide, or where the pointer goes (publish.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sendjc_pipeline.warehouse.connection import connect

ROOT_TABLES = ("metric_quarterly", "metric_monthly")  # their place is promised; every other table lies in tables/


@dataclass(frozen=True)
class PublishedTable:
    """A table of the release: `relation` is what to copy, `columns` tells each column's description.

    `small_numbers` is how the exposure wants small numbers treated (tables.small_numbers), or empty.
    """

    name: str
    relation: str
    description: str
    columns: Mapping[str, str]
    small_numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its place in the release."""
        return f"{self.name}.parquet" if self.name in ROOT_TABLES else f"tables/{self.name}.parquet"


def write_release(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    release_id: str,
    tables: list[PublishedTable],
    manifest: Mapping[str, Any],
) -> None:
    """Fill `folder` (made afresh) with Parquet, marts.duckdb and, last, manifest.json; flush all of it to the disk."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tables").mkdir(parents=True)
    entries = {}
    for table in tables:
        path = folder / table.path
        con.execute(
            f"copy (select '{release_id}' as release_id, * from {table.relation} order by all)"
            f" to '{_quoted(path)}' (format parquet, compression zstd)"
        )
        count = con.execute(f"select count(*) from {table.relation}").fetchone()
        entries[table.path] = {"rows": count[0] if count else 0, "sha256": _sha256(path)}
    _write_duckdb(folder, tables)
    text = json.dumps({"release_id": release_id, **manifest, "tables": entries}, indent=2, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n")
    for path in (*folder.rglob("*"), folder):
        _flush(path)


def _write_duckdb(folder: Path, tables: list[PublishedTable]) -> None:
    """The same tables in one file with a comment on every table and column; made fresh, so it holds nothing but what is released."""
    con = connect(folder / "marts.duckdb")
    try:
        for table in tables:
            con.execute(f"create table {table.name} as select * from read_parquet('{_quoted(folder / table.path)}')")
            con.execute(f"comment on table {table.name} is '{_quoted(table.description)}'")
            present = con.execute(f"select column_name from (describe {table.name})").fetchall()
            for (column,) in present:
                con.execute(f"comment on column {table.name}.{column} is '{_quoted(table.columns.get(column, ''))}'")
    finally:
        con.close()


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
