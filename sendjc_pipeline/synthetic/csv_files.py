"""Text frames as the CSV files that a declaration asks for: names that it recognises, its delimiter and quotes.

Belongs here: the default way of writing a submission. Does not belong here: what is in it, or formats other than delimited text.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from sendjc_pipeline.feeds.model import Feed, Table
from sendjc_pipeline.settings import SendjcError


def file_name(feed: Feed, table: Table) -> str:
    """A name that the table's first pattern matches: its stars go, and one at the beginning becomes a name.

    Raises:
        SendjcError: the pattern is of no text file, so that the feed's module must write for itself.
    """
    pattern = table.file[0]
    name = re.sub(r"\[!?(.)[^]]*\]", r"\1", pattern).replace("?", "0")
    first = feed.name if name.startswith("*_") else table.name if name.startswith("*") else ""
    name = first + name.replace("*", "")
    if not name.lower().endswith((".csv", ".txt")) or not fnmatchcase(name.lower(), pattern.lower()):
        raise SendjcError(
            f"{feed.name}.{table.name}: no name of a text file follows from {pattern}; give the module a write()."
        )
    return name


def write(feed: Feed, tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write one file per table; returns rows by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name, frame in tables.items():
        path = folder / file_name(feed, feed.tables[name])
        dialect = feed.dialect
        frame.write_csv(path, separator=dialect.delimiter, quote_char=dialect.quote, line_terminator="\n")
        rows[path.name] = frame.height
    return rows
