"""What a partner needs to know to fill a feed's tables: headers, and a dictionary of every column in words.

Belongs here: the words, from the declaration, the code lists and the example. Does not belong here: files (submissions/template_files).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from sendjc_pipeline.feeds.codes import codes, read_seed
from sendjc_pipeline.feeds.elements import Column, Dated, Rule
from sendjc_pipeline.feeds.examples import example_for, has_example
from sendjc_pipeline.feeds.implied import rules_of
from sendjc_pipeline.feeds.model import Feed, Table

DICTIONARY = ("table", "column", "description", "type", "example", "required", "codes", "since or until", "rules")
# Readers of tables that somebody may fill by hand; the others read what a system or a publisher writes.
_FILLED = ("csv_tables", "tabular", "sen2")
_OUTCOME = {"reject_file": "the file is refused", "quarantine_row": "the row is kept out", "warn": "a warning, the row counts"}  # fmt: skip
_TYPE = {
    "text": "text",
    "code": "one of the codes",
    "flag": "1 (yes) or 0 (no)",
    "integer": "whole number",
    "decimal": "number",
    "upn": "unique pupil number: a letter, eleven digits and a digit or letter",
    "nhs_number": "NHS number: ten digits",
    "postcode": "full UK postcode",
    "published_number": "number, or a symbol where the publisher gives none",
}


@dataclass(frozen=True)
class TableTemplate:
    """An empty table: the name of its CSV file, and its columns with their headers in order."""

    table: Table
    file: str
    columns: tuple[tuple[str, Column], ...]


def why_not_filled(feed: Feed) -> str | None:
    """Why nobody fills this feed in by hand, or None if somebody may."""
    if feed.partners == ("publisher",):
        return f"{feed.title} is published: send the publisher's file as it is, for there is nothing to fill in."
    if feed.reader not in _FILLED:
        patterns = sorted({pattern for table in feed.tables.values() for pattern in table.file})
        return f"{feed.title} is sent as the system or the publisher writes it ({', '.join(patterns)}), so there is no table to fill in."
    return None


def takes_workbooks(feed: Feed) -> bool:
    """Whether the feed may come as an .xlsx workbook with a sheet per table."""
    return feed.reader == "tabular"


def tables(feed: Feed, spec: str) -> list[TableTemplate]:
    """The tables that the spec asks for."""
    return [
        TableTemplate(
            table, _file_name(feed, table), tuple((feed.header(c, spec), c) for c in feed.columns(table, spec))
        )
        for table in feed.tables.values()
        if feed.has_table(table, spec)
    ]


def dictionary(feed: Feed, spec: str) -> list[tuple[str, ...]]:
    """One row per column of the spec, with the cells of DICTIONARY; then, per table, one row that names what need not be sent."""
    found: list[tuple[str, ...]] = []
    for table in feed.tables.values():
        if not feed.has_table(table, spec):
            continue
        rules = rules_of(feed, table, spec)
        example = _examples(feed, table, spec)
        for column in feed.columns(table, spec):
            found.append((
                table.name, feed.header(column, spec), column.description, _type(feed, column), example.get(column.key, ""),
                "yes" if column.required else "no", "; ".join(_codes(feed, column, spec)), _dated(column),
                "\n".join(_rules(rules, column)),
            ))  # fmt: skip
        if table.ignored:
            note = f"Columns of the layout that are not needed and not read; leave them out: {', '.join(table.ignored)}"
            found.append((table.name, "(not needed)", note, *[""] * 6))
    return found


def labels(feed: Feed, list_id: str, spec: str) -> dict[str, str]:
    """Code -> label, of the codes that the list has in the spec, in the list's order."""
    seed = read_seed()
    rows = seed[seed["list_id"] == list_id]
    order = feed.specs.index
    found = {
        str(row.code): str(row.label)
        for row in rows.itertuples(index=False)
        if (not row.valid_from_spec or order(str(row.valid_from_spec)) <= order(spec))
        and (not row.valid_to_spec or order(spec) <= order(str(row.valid_to_spec)))
    }
    return {code: found[code] for code in codes(feed, list_id, spec)}


def _file_name(feed: Feed, table: Table) -> str:
    """A CSV name that the feed's patterns give to this table and to none before it."""
    plain = [pattern for pattern in table.file if "*" not in pattern and "[" not in pattern]
    trimmed = [pattern.split("[")[0].replace("*", "").lstrip("_- ") for pattern in table.file]
    for name in (*plain, *trimmed, f"{table.name}.csv"):
        taken = next((t for t in feed.tables.values() if any(fnmatchcase(name.lower(), p.lower()) for p in t.file)), None)  # fmt: skip
        if name.endswith(".csv") and taken is table:
            return name
    return f"{table.name}.csv"


def _examples(feed: Feed, table: Table, spec: str) -> dict[str, str]:
    """Column key -> the first value that the feed's example has in it."""
    if not has_example(feed.name):
        return {}
    found: dict[str, str] = {}
    for row in example_for(feed.name, spec).tables.get(table.name, ()):
        for key, value in row.items():
            if value is not None:
                found.setdefault(key, value)
    return found


def _type(feed: Feed, column: Column) -> str:
    if column.type not in ("date", "datetime"):
        return _TYPE[column.type] if column.type != "code" or column.code_list else "code; the list is not public"
    formats = feed.dialect.date_formats if column.type == "date" else feed.dialect.datetime_formats
    day = datetime(2025, 1, 31, 9, 30)  # noqa: DTZ001  an example of writing, not a moment
    written = list(dict.fromkeys(day.strftime(pattern) for pattern in formats))
    word = "date" if column.type == "date" else "date and time"
    return f"{word}, written as {' or '.join(written)}"


def _codes(feed: Feed, column: Column, spec: str) -> Iterator[str]:
    if column.code_list:
        for code, label in labels(feed, column.code_list, spec).items():
            yield f"{code} = {label}"


def _dated(item: Dated) -> str:
    words = [f"since {item.since}"] if item.since else []
    words += [f"until {item.until}"] if item.until else []
    words += [f"only in {', '.join(item.only)}"] if item.only else []
    return "; ".join(words)


def _rules(rules: list[Rule], column: Column) -> Iterator[str]:
    for rule in rules:
        if any(name.lower() == column.key for name in rule.columns):
            yield f"{rule.code}: {rule.message} ({_OUTCOME[rule.outcome]}): {rule.action}."
