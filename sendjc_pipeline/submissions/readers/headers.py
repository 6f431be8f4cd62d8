"""A header against the declaration: where the spec's columns stand, and which names belong to no spec.

Belongs here: names of columns. Does not belong here: file names, or any line below the first. A name that nobody declared is never
repeated: it may be a person's, in a file whose first line is data. Its column is told by its letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from sendjc_pipeline.feeds.model import Column, Feed, Table
from sendjc_pipeline.feeds.recognise import spelling
from sendjc_pipeline.feeds.vocabulary import is_known
from sendjc_pipeline.submissions.readers import FileWarning, rule_code
from sendjc_pipeline.submissions.readers.workbook_guard import column_letters

# Letters and perhaps a year: no identifier, date or postcode has this form.
_NAME = re.compile(r"[A-Za-z][A-Za-z_ ]{0,58}(\d{4})?")
_ALIKE = 0.75


def find_columns(
    path: Path, feed: Feed, table: Table, spec: str, header: Sequence[str], at: Sequence[int] | None = None
) -> tuple[dict[str, int], list[FileWarning]]:
    """Where the spec's columns stand, by key, and warnings about names of other specs and names of no spec.

    `at` gives the columns, from 1, in which the names of `header` stand; without it they stand side by side from the first.
    """
    places = dict(zip(header, at or range(1, len(header) + 1), strict=True))
    left = {cell.lower(): place for cell, place in places.items() if cell}
    found: dict[str, int] = {}
    told: list[tuple[str, str, str]] = []
    for column in feed.columns(table, spec):
        expected = feed.header(column, spec)
        name = next((n for n in (expected, *_other_names(column)) if n.lower() in left), None)
        if name is None:
            continue
        found[column.key] = left.pop(name.lower())
        if name in column.also_called:
            told.append(
                ("other_name", f"column {name} was read as {expected}", f"name it {expected} if the system can")
            )
        elif name.lower() != expected.lower():
            message = f"column {name} is the name of {expected} in another spec than {spec}; it was read as {expected}"
            told.append(("other_spec", message, "name the spec that the file follows"))
    told += _read_respelt(feed, table, spec, found, left)
    ignored = {name.lower() for name in table.ignored}
    other_spec = {column.key: column.name for column in table.columns if not feed.is_valid(column, spec)}
    for name, place in left.items():
        if name in other_spec:
            message = f"column {other_spec[name]} does not belong to spec {spec} and was not read"
            told.append(("other_spec", message, "name the spec that the file follows"))
        elif name not in ignored:
            meant = _resembled(name, (feed.header(c, spec) for c in feed.columns(table, spec) if c.key not in found))
            message = f"column {column_letters(place)} is not part of table {table.name} and was not read"
            hint = f"; it resembles {meant}" if meant else ""
            told.append(("unknown_column", message + hint, "leave it out, or correct its name"))
    if "" in header:
        told.append(("unknown_column", "a column has no name and was not read", "leave it out, or name it"))
    return found, [FileWarning(rule_code(feed, fault), path.name, *texts) for fault, *texts in told]


def absent_columns(
    feed: Feed, table: Table, spec: str, header: Iterable[str], found: Iterable[str], first: int = 1
) -> tuple[list[str], str]:
    """The headers of required columns whose keys are not among `found`, and what in a header that begins in column `first` resembles them."""
    there = set(found)
    absent = [feed.header(c, spec) for c in feed.columns(table, spec) if c.required and c.key not in there]
    known = {spelling(name) for column in table.columns for name in _other_names(column)}
    letters: dict[str, str] = {}
    for place, cell in enumerate(header, start=first):
        if cell and spelling(cell) not in known and (meant := _resembled(cell, absent)):
            letters.setdefault(meant, column_letters(place))
    return absent, ", ".join(f"column {letter} resembles {name}" for name, letter in letters.items())


def repeated_columns(table: Table, header: Sequence[str], first: int = 1) -> str:
    """The columns whose name stands twice in a header that begins in column `first`, by letter, and by name if it is declared; or ''."""
    declared = {name.lower(): name for column in table.columns for name in _other_names(column)}
    places: dict[str, list[str]] = {}
    for place, cell in enumerate(header, start=first):
        if cell:
            places.setdefault(cell.lower(), []).append(column_letters(place))
    return "; ".join(
        f"{f'{declared[name]} in ' if name in declared else ''}columns {' and '.join(letters)}"
        for name, letters in places.items()
        if len(letters) > 1
    )


def _read_respelt(
    feed: Feed, table: Table, spec: str, found: dict[str, int], left: dict[str, int]
) -> Iterator[tuple[str, str, str]]:
    """Read names that differ from a declared one in spaces, underscores or hyphens only, where nothing else can be meant.

    What was read goes from `left` to `found`.
    """
    owners: dict[str, set[str]] = {}
    for column in table.columns:
        for name in _other_names(column):
            owners.setdefault(spelling(name), set()).add(column.key)
    ignored = {spelling(name) for name in table.ignored}
    written = [spelling(name) for name in left]
    for name, place in list(left.items()):
        key = spelling(name)
        if written.count(key) > 1 or len(owners.get(key, ())) != 1 or key in ignored:
            continue
        column = table.column(next(iter(owners[key])))
        if column.key in found or not feed.is_valid(column, spec):
            continue
        expected = feed.header(column, spec)
        found[column.key] = left.pop(name)
        message = f"the name of column {column_letters(place)} is {expected} but for spaces, underscores or hyphens; it was read as {expected}"
        yield "header_spelling", message, f"name it {expected}"


def _resembled(name: str, declared: Iterable[str]) -> str | None:
    """The declared name that a name of no spec resembles so much that it may be meant."""
    known = {spelling(one): one for one in declared}
    alike = get_close_matches(spelling(name)[:100], known, n=1, cutoff=_ALIKE)
    return known[alike[0]] if alike else None


def _other_names(column: Column) -> tuple[str, ...]:
    return (column.name, *column.renamed.values(), *column.also_called)


def printable(name: str) -> str:
    """The name of a sheet or of an XML element, fit for a message; one with a word that nobody declared is withheld, for it may be data."""
    return name if _NAME.fullmatch(name) and is_known(name) else "(name withheld)"
