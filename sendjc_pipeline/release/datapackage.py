"""The release described for machines: `datapackage.json`, a Frictionless Data Package.

Belongs here: the descriptor. Its facts come from the files, the declarations of dbt and the manifest.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sendjc_pipeline.release.write import PublishedTable

_TYPES = {
    "VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number", "FLOAT": "number", "BIGINT": "integer", "INTEGER": "integer",
    "SMALLINT": "integer", "TINYINT": "integer", "HUGEINT": "integer", "TIMESTAMP": "datetime",
}  # fmt: skip
_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


def describe(
    folder: Path,
    about: Mapping[str, Any],
    tables: Sequence[PublishedTable],
    fields: Mapping[str, Sequence[tuple[str, str]]],
) -> dict[str, Any]:
    """The descriptor of a release whose files are written: a resource for every table, and one for every open-data file.

    `fields` gives the columns of each table with DuckDB's types. Only the open-data files are open: the rest is for partners, as `terms` of the manifest say.
    """
    release_id = str(about["release_id"])
    resources = [_table(folder, table, fields[table.name]) for table in tables]
    resources += [_open_data(folder, path) for path in sorted((folder / about["open_data"]["place"]).glob("*.csv"))]
    return {
        "profile": "data-package",
        "name": f"send-{release_id.lower()}",
        "id": release_id,
        "title": f"Joint SEND figures, {about['quarter']}",
        "description": f"Release {release_id}: {about['reason']}. Small numbers are hidden.",
        "version": str(about["schema_version"]),
        "created": str(about["published_at"]),
        "resources": resources,
    }


def frictionless_type(kind: str) -> str:
    """The Table Schema type of a DuckDB type; `any` for one that has none."""
    return "number" if kind.startswith("DECIMAL") else _TYPES.get(kind, "any")


def _table(folder: Path, table: PublishedTable, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [
            {"name": name, "type": frictionless_type(kind), "description": table.columns.get(name, "")}
            for name, kind in fields
        ]
    }
    present = {name for name, _ in fields}
    if table.key and set(table.key) <= present:
        schema["primaryKey"] = list(table.key)
    return {
        "name": table.name.replace("_", "-"),
        "title": table.name,
        "description": table.description,
        **_file(folder, folder / table.path),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": schema,
    }


def _open_data(folder: Path, path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    return {
        "name": path.name.removesuffix(".csv").replace("_", "-").replace(".", "-"),
        "title": path.name,
        "description": "Open data in the layout of Explore Education Statistics; z not applicable, x not available, c hidden; in _dq columns the grade, 1 (A)"
        " to 4 (D): a figure of grade 4 is x, for it is not reliable.",
        **_file(folder, path),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "licenses": [_LICENCE],
        # An indicator may hold a symbol instead of a number, so every column is text.
        "schema": {"fields": [{"name": name, "type": "string"} for name in header]},
    }


def _file(folder: Path, path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
