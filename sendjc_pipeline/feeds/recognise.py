"""Which feed and table a header row belongs to, so that a file in the wrong feed is told so instead of being called broken."""

from __future__ import annotations

from collections.abc import Collection

from sendjc_pipeline.feeds.library import load, names
from sendjc_pipeline.feeds.model import Feed, Table

# A file is recognised when at least this share of all headers, its own and the table's required ones, are common.
_LIKENESS = 0.6


def likeness(feed: Feed, table: Table, headers: Collection[str]) -> float:
    """0 to 1: how well lower-case headers fit a table, over the specs of its feed; 0 if a required column is missing in all."""
    best = 0.0
    for spec in feed.specs:
        columns = {feed.header(column, spec).lower(): column for column in feed.columns(table, spec)}
        known = set(columns) | {name.lower() for name in table.ignored}
        required = {header for header, column in columns.items() if column.required}
        if required and required <= set(headers):
            best = max(best, len(known & set(headers)) / len(set(headers) | required))
    return best


def recognise(headers: Collection[str]) -> tuple[str, str] | None:
    """The (feed, table) that the headers fit best, or None if they fit none well."""
    lowered = {header.strip().lower() for header in headers}
    scores = [
        (likeness(load(feed), table, lowered), feed, name)
        for feed in names()
        for name, table in load(feed).tables.items()
    ]
    score, feed, table = max(scores, default=(0.0, "", ""))
    return (feed, table) if score >= _LIKENESS else None
