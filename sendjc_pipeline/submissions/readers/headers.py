"""A header against the declaration: where the spec's columns stand, and which names belong to no spec.

Belongs here: names of columns. Does not belong here: file names, or any line below the first.
"""

from __future__ import annotations

import re
from pathlib import Path

from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.submissions.readers import FileWarning, rule_code

# Letters and perhaps a year: no identifier, date or postcode has this form.
_NAME = re.compile(r"[A-Za-z][A-Za-z_ ]{0,58}(\d{4})?")


def find_columns(
    path: Path, feed: Feed, table: Table, spec: str, header: list[str]
) -> tuple[dict[str, int], list[FileWarning]]:
    """Where the spec's columns stand, and warnings about names of other specs and names of no spec."""
    places = {cell.lower(): place for place, cell in enumerate(header, start=1) if cell}
    found: dict[str, int] = {}
    warnings: list[FileWarning] = []
    for column in feed.columns(table, spec):
        expected = feed.header(column, spec)
        name = next((n for n in (expected, *_other_names(column)) if n.lower() in places), None)
        if name is None:
            continue
        found[column.key] = places.pop(name.lower())
        if name in column.also_called:
            message = f"column {name} was read as {expected}"
            warnings.append(
                FileWarning(rule_code(feed, "other_name"), path.name, message, f"name it {expected} if the system can")
            )
        elif name.lower() != expected.lower():
            message = f"column {name} is the name of {expected} in another spec than {spec}; it was read as {expected}"
            warnings.append(
                FileWarning(rule_code(feed, "other_spec"), path.name, message, "name the spec that the file follows")
            )
    ignored = {name.lower() for name in table.ignored}
    other_spec = {column.key for column in table.columns if not feed.is_valid(column, spec)}
    for cell in header:
        if cell.lower() in other_spec & set(places):
            message = f"column {cell} does not belong to spec {spec} and was not read"
            warnings.append(
                FileWarning(rule_code(feed, "other_spec"), path.name, message, "name the spec that the file follows")
            )
        elif cell.lower() in places and cell.lower() not in ignored:
            message = f"column {printable(cell)} is not part of table {table.name} and was not read"
            warnings.append(
                FileWarning(rule_code(feed, "unknown_column"), path.name, message, "leave it out, or correct its name")
            )
    if "" in header:
        message = "a column has no name and was not read"
        warnings.append(FileWarning(rule_code(feed, "unknown_column"), path.name, message, "leave it out, or name it"))
    return found, warnings


def _other_names(column: Column) -> tuple[str, ...]:
    return (column.name, *column.renamed.values(), *column.also_called)


def printable(cell: str) -> str:
    """A column name fit for a message; what does not look like one is withheld, for it may be data that stands where a header should."""
    return cell if _NAME.fullmatch(cell) else "(name withheld)"
